import type { ChangeRequest, ChangeRequests } from '../gitops/change-requests.ts'
import type { GitRemote } from '../gitops/git-remote.ts'
import { BranchMovedError } from '../gitops/git-remote-errors.ts'
import { type ImageChange, withChange } from './image-change.ts'
import type { ImageFile } from './image-file.ts'
import { imageSubject } from './image-message.ts'
import { proposalBranch } from './proposal-branch.ts'
import { supersedeProposals } from './supersede-proposals.ts'

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
 * so. What we have closed ourselves is asked for again. Every change has a branch of its own, so nothing
 * that we have pushed is ever moved or forced.
 *
 * Others of the same image that wait still are closed whatever comes of it, as whoever opened the newest may
 * have come no further.
 */
export async function proposeChange(proposal: Proposal): Promise<ProposalOutcome> {
  const { requests, target, environment, change } = proposal
  const { followed } = change
  const branch = await proposalBranch(environment, change)
  const known = await requests.ofBranch(branch)
  const outcome = knownOutcome(known) ?? (await propose(proposal, branch))
  await supersedeProposals({ requests, target: target.branch, environment, followed }, branch)
  return outcome
}

/** @returns `undefined` if people are to be asked */
function knownOutcome(known: readonly ChangeRequest[]): ProposalOutcome | undefined {
  const open = known.find(({ state }) => state === 'open')
  if (open !== undefined) return { outcome: 'waiting', url: open.url }
  const decided = known.find(({ state }) => state !== 'superseded')
  return decided && { outcome: 'declined', reason: `${decided.url} was ${decided.state}` }
}

async function propose(proposal: Proposal, branch: string): Promise<ProposalOutcome> {
  const { requests, target, environment, change } = proposal
  await makeBranch(proposal, branch)
  const { url } = await requests.open({
    branch,
    target: target.branch,
    title: imageSubject(environment, change),
    text: textOf(proposal),
  })
  return { outcome: 'proposed', url }
}

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
