import { gitPerson } from '../gitops/git-person.ts'
import { actOnRollout } from '../reconciler/act-on-rollout.ts'
import { rolloutStates } from '../reconciler/rollout-states.ts'
import type { Rollout } from '../rollouts/record.ts'
import { findRollout } from './find-rollout.ts'
import { withRolloutBranch } from './rollout-branch.ts'
import type { RolloutOptions } from './rollout-options.ts'
import type { Acted, RequestOf } from './rollout-request.ts'
import type { Terminal } from './terminal.ts'

const NEXT_LOOK = 'the next look: that of the functions, or `lockstep rollout tick`'

/**
 * Does what a person asks of the rollouts of an app, with their own rights on the deploy branch and in
 * their name: it needs neither functions nor a cluster.
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
    const { rollout, former = [] } = states[0]?.record.spec ?? {}
    const awaiting = rollout?.awaiting
    const result = await actOnRollout({
      ...found,
      request: requestOf({ former, ...(awaiting !== undefined && { awaiting }) }),
      actor: { name: person.name, proof: `git ${person.email}` },
      now: Date.now,
      retry: { signal: terminal.signal },
    })
    const { app, place } = found
    const common = {
      app,
      environment: place.environment,
      where: `${place.branch} of ${place.remote.location}`,
      nextLook: NEXT_LOOK,
    }
    if (result.outcome === 'unchanged') return { ...common, ...stageOf(rollout) }
    return { ...common, commit: result.commit, ...stageOf(result.move.record.rollout) }
  })
}

const stageOf = (rollout: Rollout | undefined): Pick<Acted, 'stage'> =>
  rollout === undefined ? {} : { stage: rollout.stage }
