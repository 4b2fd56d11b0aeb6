import { z } from 'zod'
import { PLAN_API_VERSION } from './plan.ts'
import {
  type ForwardStage,
  RECORD_KIND,
  type Rollout,
  type RolloutRecord,
  type Stage,
} from './record.ts'

const NAME = z.string().min(1, { error: 'must not be empty' })

/** What can be a part of a path, and of the id of a rollout. */
export const REVISION = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, { error: 'must be the name of a revision' })

const TIME = z.iso.datetime({
  offset: true,
  error: 'must be a time with its offset, as 2026-11-26T09:00:00Z',
})

const WHOLE = z.number().refine((value) => Number.isSafeInteger(value) && value >= 0, {
  error: 'must be a whole number',
})

const POSITIVE = z.number().refine((value) => Number.isSafeInteger(value) && value >= 1, {
  error: 'must be a whole number of at least 1',
})

const FORWARD = [
  z.strictObject({
    phase: z.literal('progressing'),
    step: WHOLE,
    part: z.enum(['scaling', 'live']),
  }),
  z.strictObject({ phase: z.literal('promoting') }),
  z.strictObject({ phase: z.literal('shifting-back') }),
] as const

const FORWARD_STAGE: z.ZodType<ForwardStage> = z.discriminatedUnion('phase', FORWARD)

const STAGE: z.ZodType<Stage> = z.discriminatedUnion('phase', [
  ...FORWARD,
  z.strictObject({
    phase: z.literal('aborting'),
    part: z.enum(['template', 'traffic']),
    from: FORWARD_STAGE,
  }),
])

const GATE = { step: POSITIVE, gate: z.enum(['enter', 'leave']) }

const ROLLOUT: z.ZodType<Rollout> = z.strictObject({
  id: z.string(),
  candidate: REVISION,
  base: REVISION,
  stage: STAGE,
  since: TIME,
  need: POSITIVE,
  isRollback: z.literal(true).exactOptional(),
  startedAt: TIME,
  commits: POSITIVE,
  changed: z.strictObject({ workloads: WHOLE, traffic: WHOLE }),
  paused: z.strictObject({ by: NAME, reason: z.string(), at: TIME }).exactOptional(),
  hastened: POSITIVE.exactOptional(),
  awaiting: z.strictObject({ ...GATE, since: TIME }).exactOptional(),
  approvals: z.array(z.strictObject({ ...GATE, by: NAME, proof: z.string(), at: TIME })),
  abort: z
    .strictObject({
      reason: z.string(),
      by: NAME.exactOptional(),
      at: TIME,
      holdsBack: z.boolean(),
    })
    .exactOptional(),
})

/** The fields of a record and their types. Whether they go together `recordProblems` says. */
export const RECORD_SCHEMA: z.ZodType<RolloutRecord> = z.strictObject({
  apiVersion: z.literal(PLAN_API_VERSION),
  kind: z.literal(RECORD_KIND),
  metadata: z.strictObject({ name: NAME, namespace: NAME }),
  spec: z.strictObject({
    count: WHOLE,
    rollout: ROLLOUT.exactOptional(),
    queued: z
      .strictObject({
        revision: REVISION,
        request: z.strictObject({ kind: z.enum(['retry', 'rollback']), by: NAME }).exactOptional(),
      })
      .exactOptional(),
    heldBack: z.array(
      z.strictObject({
        revision: REVISION,
        rollout: z.string().exactOptional(),
        reason: z.string(),
      }),
    ),
    former: z.array(REVISION),
    unsettled: z
      .strictObject({ rollout: z.string(), at: TIME, syncs: z.array(z.string()) })
      .exactOptional(),
  }),
})
