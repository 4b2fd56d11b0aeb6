import {
  brokenAnswer,
  listedAnswer,
  type RolloutsAnswer,
} from '../functions/rollouts/rollout-answer.ts'
import type { Place } from '../reconciler/commit-moves.ts'
import { rolloutStates } from '../reconciler/rollout-states.ts'
import { RolloutApi } from './rollout-api.ts'
import { withRolloutBranch } from './rollout-branch.ts'
import type { ServedOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** All rollouts: those of the branch, or those that the functions have on theirs. */
export function listRollouts(
  options: ServedOptions,
  terminal: Terminal,
): Promise<readonly RolloutsAnswer[]> {
  const { server, env: environment } = options
  if (server !== undefined) {
    const { env, signal } = terminal
    return new RolloutApi({ server, environment, token: env.LOCKSTEP_TOKEN, signal }).list()
  }
  return withRolloutBranch(options, terminal, async ({ places }) => {
    const all: RolloutsAnswer[] = []
    for (const place of places) all.push(await listOf(place))
    return all
  })
}

async function listOf(place: Place): Promise<RolloutsAnswer> {
  const { environment } = place
  const { commit, states, broken } = await rolloutStates({ place, nowMs: Date.now() })
  return {
    environment,
    ...(commit !== undefined && { commit }),
    rollouts: states.map((state) => listedAnswer(environment, state)),
    broken: broken.map(brokenAnswer),
  }
}
