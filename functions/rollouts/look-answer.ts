import type { z } from '@hono/zod-openapi'
import type { RolloutLook } from '../../reconciler/look-at-rollout.ts'
import type { Decision } from '../../rollouts/decision.ts'
import type { Observation, SeenTrack } from '../../rollouts/observation.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import type { lookSchema } from './look-answer-schema.ts'
import { type RolloutAnswer, rolloutAnswer } from './rollout-answer.ts'

export type LookAnswer = z.infer<typeof lookSchema>

/** A rollout, and what a look at it has found. */
export interface LookedAnswer extends RolloutAnswer {
  readonly commit: string
  readonly plan: RolloutPlan
  readonly look: LookAnswer
}

export const lookedAnswer = (look: RolloutLook): LookedAnswer => ({
  ...rolloutAnswer(look.environment, look.app),
  commit: look.commit,
  plan: look.app.plan,
  look: lookAnswer(look),
})

function lookAnswer({ atMs, closure, problem, observation, decision }: RolloutLook): LookAnswer {
  return {
    at: timestamp(atMs),
    ...(closure !== undefined && { closed: closure.reason }),
    ...(problem !== undefined && { problem }),
    ...(observation !== undefined && { observation: observationAnswer(observation) }),
    decision: decisionAnswer(decision),
  }
}

function observationAnswer({ stable, canary, traffic, verdicts }: Observation) {
  const { missing, liveSinceMs } = traffic
  return {
    stable: trackAnswer(stable),
    canary: trackAnswer(canary),
    traffic: {
      missing: [...missing],
      ...(liveSinceMs !== undefined && { liveSince: timestamp(liveSinceMs) }),
    },
    verdicts: verdicts.map((verdict) => ({ ...verdict })),
  }
}

const trackAnswer = ({ missing, ...rest }: SeenTrack) => ({ ...rest, missing: [...missing] })

/** The record after a move would say all of the state once more. */
function decisionAnswer(decision: Decision): LookAnswer['decision'] {
  if (decision.kind === 'move') {
    const { kind, action, evidence } = decision
    return { kind, action, evidence: [...evidence] }
  }
  const { kind, reasons, untilMs } = decision
  return {
    kind,
    reasons: [...reasons],
    ...(untilMs !== undefined && { until: timestamp(untilMs) }),
  }
}

const timestamp = (ms: number): string => new Date(ms).toISOString()
