import { gitPerson } from '../gitops/git-person.ts'
import { type ActResult, actOnRollout } from '../reconciler/act-on-rollout.ts'
import { type RolloutState, rolloutStates } from '../reconciler/rollout-states.ts'
import type { RolloutRequest } from '../rollouts/acts.ts'
import { type FoundRollout, findRollout } from './find-rollout.ts'
import { withRolloutBranch } from './rollout-branch.ts'
import type { RolloutOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** What came of a request, and where the app was before it. */
export interface Acted {
  readonly found: FoundRollout
  readonly result: ActResult
}

/** What a person asks for, and what they mean if they leave something open. */
export type RequestOf = (
  /** `undefined` if what is on the branch cannot be read. */
  state: RolloutState | undefined,
  person: string,
) => RolloutRequest

/**
 * Does what a person asks of the rollouts of an app, with their own rights on the deploy branch and in
 * their name: it needs neither functions nor a cluster.
 *
 * @throws {RolloutRequestRefusedError} {NoSuchRolloutError} {SeveralRolloutsError} {BrokenRolloutError}
 * @throws {GitIdentityError} {BranchMovedError} {RemoteRefusedError} {RemoteUnreachableError}
 */
export async function actOnBranch(
  name: string,
  options: RolloutOptions,
  requestOf: RequestOf,
  terminal: Terminal,
): Promise<Acted> {
  const person = await gitPerson(terminal)
  return withRolloutBranch(options, terminal, async (branch) => {
    const found = await findRollout(branch, name)
    const { states } = await rolloutStates(found)
    const result = await actOnRollout({
      ...found,
      request: requestOf(states[0], person.name),
      actor: { name: person.name, proof: `git ${person.email}` },
      now: Date.now,
      retry: { signal: terminal.signal },
    })
    return { found, result }
  })
}
