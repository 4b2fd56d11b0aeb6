import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { type ActOnRolloutProps, actOnRollout } from '../../reconciler/act-on-rollout.ts'
import { ROLLOUT_ACTIONS } from '../../rollouts/decision.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import type { RolloutCall } from './rollout-call.ts'

const actionSchema = z
  .object({
    environment: z.string(),
    namespace: z.string(),
    name: z.string(),
    outcome: z.enum(['committed', 'unchanged']).meta({
      description: 'unchanged: it is so already, and nothing was written',
    }),
    commit: z.string().optional().meta({ description: 'Absent if nothing was written' }),
    action: z
      .enum(ROLLOUT_ACTIONS)
      .optional()
      .meta({ description: 'What the commit does, as its trailer says' }),
  })
  .openapi('RolloutActionDone')

/** What is answered to whoever asks something of a rollout. */
export const actionResponse = {
  description: 'It is so on the branch; what follows from it is the next look’s',
  content: { 'application/json': { schema: actionSchema } },
}

/** So few that whoever waits hears of it in time. */
const ATTEMPTS = 5

export interface ActAsProps extends Pick<ActOnRolloutProps, 'request' | 'permit'> {
  readonly namespace: string
  readonly name: string
}

/** Does what somebody asks of a rollout in their name, as one commit, and has others look at it. */
export async function actAs(
  c: Context<FunctionEnv>,
  { identity, target, clock, signal, onBranch }: RolloutCall,
  { namespace, name, request, permit }: ActAsProps,
) {
  const { environment } = target
  const result = await onBranch((place) =>
    actOnRollout({
      place,
      app: `${namespace}/${name}`,
      request,
      actor: { name: identity.name, proof: identity.proof ?? 'a token' },
      now: () => clock.wallMs(),
      retry: { signal, attempts: ATTEMPTS },
      ...(permit !== undefined && { permit }),
    }),
  )
  if (result.outcome === 'unchanged') {
    return c.json({ environment, namespace, name, outcome: result.outcome }, 200)
  }
  const { outcome, commit, move } = result
  c.var.logged.commit = commit
  target.watch().saw(commit)
  await target.committed?.({ commit, moves: [{ app: `${namespace}/${name}`, move }] })
  target.look?.()
  return c.json({ environment, namespace, name, outcome, commit, action: move.action }, 200)
}
