import type { ChangeRequest, ChangeRequests } from '../gitops/change-requests.ts'
import type { GitRemote } from '../gitops/git-remote.ts'
import { BranchMovedError } from '../gitops/git-remote-errors.ts'
import { type ImageChange, withChange } from './image-change.ts'
import type { ImageFile } from './image-file.ts'
import { imageSubject } from './image-message.ts'
import { entryOfBranch, proposalBranch } from './proposal-branch.ts'

export interface Proposal {
  readonly remote: GitRemote
  readonly requests: ChangeRequests
  readonly environment: string
  /** The branch that it is to be merged into, and where that is now. */
  readonly target: { readonly branch: string; readonly tip: string }
  readonly file: ImageFile
  readonly change: ImageChange
  readonly message: string
  /** Asked before anything is written. */
  readonly verify: () => Promise<void>
}

/** What became of a change that people are to merge. */
export type ProposalOutcome =
  | { readonly outcome: 'proposed'; readonly url: string }
  /** It waits for them still. */
  | { readonly outcome: 'waiting'; readonly url: string }
  /** They have closed it, or merged it and taken it back. */
  | { readonly outcome: 'declined'; readonly reason: string }

/**
 * Asks people to merge a change, once: what is open is left as it is, and what they have decided stays
 * so. Every change has a branch of its own, so nothing that we have pushed is ever moved or forced.
 *
 * Those of the same image that it takes the place of are closed.
 */
export async function proposeChange(proposal: Proposal): Promise<ProposalOutcome> {
  const { requests, target, environment, change } = proposal
  const branch = await proposalBranch(environment, change)
  const [known] = (await requests.ofBranch(branch)).toSorted(openFirst)
  if (known?.state === 'open') return { outcome: 'waiting', url: known.url }
  if (known !== undefined) return { outcome: 'declined', reason: `${known.url} was ${known.state}` }
  await makeBranch(proposal, branch)
  const { url } = await requests.open({
    branch,
    target: target.branch,
    title: imageSubject(environment, change),
    text: textOf(proposal),
  })
  await closeOthers(proposal, branch)
  return { outcome: 'proposed', url }
}

const openFirst = (left: ChangeRequest, right: ChangeRequest): number =>
  Number(right.state === 'open') - Number(left.state === 'open')

async function makeBranch(
  { remote, target, file, change, message, verify }: Proposal,
  branch: string,
): Promise<void> {
  if ((await remote.tip(branch)) !== undefined) return
  await verify()
  try {
    await remote.commit({
      branch,
      parent: target.tip,
      isNewBranch: true,
      changes: [{ path: file.path, write: withChange(file, change) }],
      message,
    })
  } catch (error) {
    // Somebody else has made it meanwhile, of the same.
    if (!(error instanceof BranchMovedError)) throw error
  }
}

/** Those of the same image: whoever merged one of them would go back. */
async function closeOthers(
  { requests, target, environment, change }: Proposal,
  branch: string,
): Promise<void> {
  const entry = entryOfBranch(environment, change.followed)
  for (const request of await requests.waitingFor(target.branch)) {
    const isOfEntry = request.branch.replace(/[^/]*$/, '') === entry
    if (isOfEntry && request.branch !== branch) await requests.close(request)
  }
}

function textOf({ file, change }: Proposal): string {
  const { followed, before, reference } = change
  return [
    `Sets \`${followed.at.join('.')}\` in \`${file.path}\` to`,
    '',
    `    ${reference}`,
    '',
    `It was \`${before.reference}\`. The digest was read from the registry.`,
    '',
    'Merge it to release it. Close it, and this digest is not proposed again.',
  ].join('\n')
}
