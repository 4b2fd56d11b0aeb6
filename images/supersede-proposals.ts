import type { ChangeRequests } from '../gitops/change-requests.ts'
import type { FollowedImage } from './followed-file.ts'
import { entryOfBranch } from './proposal-branch.ts'

/** Where changes of one image wait for people. */
export interface Proposals {
  readonly requests: ChangeRequests
  /** The branch that they are to be merged into. */
  readonly target: string
  readonly environment: string
  readonly followed: FollowedImage
}

/**
 * Closes changes of an image that wait still: whoever merged one of them would go back.
 *
 * @param but the branch of the one that stays. Absent: none does
 */
export async function supersedeProposals(
  { requests, target, environment, followed }: Proposals,
  but?: string,
): Promise<void> {
  const entry = entryOfBranch(environment, followed)
  for (const request of await requests.waitingFor(target)) {
    const isOfEntry = request.branch.replace(/[^/]*$/, '') === entry
    if (isOfEntry && request.branch !== but) await requests.supersede(request)
  }
}
