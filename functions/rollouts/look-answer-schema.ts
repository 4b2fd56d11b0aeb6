import { z } from '@hono/zod-openapi'
import { ROLLOUT_ACTIONS } from '../../rollouts/decision.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { PLAN_SCHEMA } from '../../rollouts/plan-schema.ts'
import { commitSchema } from './commit-answer-schema.ts'
import { rolloutSchema } from './rollout-answer-schema.ts'

const sentences = z.array(z.string())

const trackSchema = z
  .object({
    desired: z.int().meta({ description: 'Pods that it is asked to run' }),
    ready: z.int().meta({ description: 'Pods of its newest template that are ready' }),
    missing: sentences,
    failure: z.string().optional().meta({ description: 'Why it will not get ready by itself' }),
  })
  .openapi('SeenTrack')

const observationSchema = z
  .object({
    stable: trackSchema,
    canary: trackSchema,
    traffic: z.object({
      missing: sentences,
      liveSince: z.string().optional().meta({ description: 'Absent until it is live and settled' }),
    }),
    verdicts: z.array(
      z.object({
        metric: z.string(),
        outcome: z.enum(['pass', 'fail', 'inconclusive']),
        reason: z.string(),
      }),
    ),
  })
  .openapi('RolloutObservation')

const decisionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('move'), action: z.enum(ROLLOUT_ACTIONS), evidence: sentences }),
  z.object({
    kind: z.literal('wait'),
    reasons: sentences,
    until: z.string().optional().meta({ description: 'When a reason ends by itself' }),
  }),
])

export const lookSchema = z
  .object({
    at: z.string().meta({ description: 'By the clock of the cluster, where that can be seen' }),
    closed: z.string().optional().meta({
      description: 'What keeps it from going on, whatever the cluster says',
    }),
    problem: z.string().optional().meta({ description: 'Why nothing could be seen' }),
    observation: observationSchema.optional(),
    decision: decisionSchema.meta({ description: 'What a tick would do now' }),
  })
  .openapi('RolloutLook')

const planSchema = z
  .custom<RolloutPlan>((value) => PLAN_SCHEMA.safeParse(value).success)
  .openapi('RolloutPlan', { type: 'object', description: 'As its plan.yaml on the branch' })

export const shownSchema = rolloutSchema
  .extend({
    commit: z.string().meta({ description: 'What was read' }),
    plan: planSchema,
    look: lookSchema.optional().meta({ description: 'If it was asked for' }),
    history: z.array(commitSchema).meta({ description: 'Newest first' }),
  })
  .openapi('ShownRollout')
