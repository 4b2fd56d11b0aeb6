import { z } from '@hono/zod-openapi'

const PHASES = ['progressing', 'promoting', 'shifting-back'] as const

const step = z.int().meta({ description: 'Counted from 1; 0 before the first one' })

const stageSchema = z
  .object({
    phase: z.enum([...PHASES, 'aborting']),
    step: step.optional(),
    part: z.enum(['scaling', 'live', 'template', 'traffic']).optional(),
    from: z
      .object({
        phase: z.enum(PHASES),
        step: step.optional(),
        part: z.enum(['scaling', 'live']).optional(),
      })
      .optional()
      .meta({ description: 'Where it was when it was aborted' }),
  })
  .openapi('RolloutStage')

const gateFields = { step, gate: z.enum(['enter', 'leave']) }

const awaitingSchema = z
  .object({
    ...gateFields,
    since: z.string(),
    role: z.string().optional().meta({ description: 'Who may approve' }),
    quorum: z.int().optional().meta({ description: 'How many different people must' }),
    deadlineSeconds: z.number().optional(),
    onTimeout: z.enum(['abort', 'pause']).optional(),
  })
  .openapi('AwaitedApproval')

export const inFlightSchema = z
  .object({
    id: z.string(),
    candidate: z.string(),
    base: z.string().meta({ description: 'What an abort brings back' }),
    stage: stageSchema,
    steps: z.int().meta({ description: 'How many there are, the one with all traffic included' }),
    weight: z.number().meta({ description: 'Percent of the requests, as the branch says' }),
    startedAt: z.string(),
    since: z.string().meta({ description: 'When the stage was entered' }),
    need: z.int().meta({ description: 'Pods that all traffic needs' }),
    isRollback: z.boolean(),
    paused: z.object({ by: z.string(), reason: z.string(), at: z.string() }).optional(),
    hastened: z.int().optional().meta({ description: 'Step whose hold somebody has ended' }),
    awaiting: awaitingSchema.optional(),
    approvals: z.array(
      z.object({ ...gateFields, by: z.string(), proof: z.string(), at: z.string() }),
    ),
    abort: z
      .object({
        reason: z.string(),
        by: z.string().optional(),
        at: z.string(),
        holdsBack: z.boolean(),
      })
      .optional(),
  })
  .openapi('RolloutInFlight')

export const rolloutSchema = z
  .object({
    environment: z.string(),
    namespace: z.string(),
    name: z.string(),
    stable: z.string().meta({ description: 'Revision; in flight that of before' }),
    rollout: inFlightSchema.optional().meta({ description: 'Absent at rest' }),
    queued: z
      .object({
        revision: z.string(),
        request: z.object({ kind: z.enum(['retry', 'rollback']), by: z.string() }).optional(),
      })
      .optional()
      .meta({ description: 'What is released next' }),
    heldBack: z
      .array(z.object({ revision: z.string(), rollout: z.string().optional(), reason: z.string() }))
      .meta({ description: 'What was aborted and may be retried, newest first' }),
    former: z.array(z.string()).meta({ description: 'What one can go back to, newest first' }),
    unsettled: z
      .object({
        rollout: z.string(),
        at: z.string(),
        syncs: z.array(z.string()).meta({ description: 'What may still be suspended for it' }),
      })
      .optional()
      .meta({ description: 'An abort in the cluster that nobody is known to have settled' }),
    tampered: z.string().optional().meta({ description: 'Who has changed its files by hand' }),
  })
  .openapi('Rollout')

/** As a list has it, where what it says of now may be said too. */
export const listedSchema = rolloutSchema
  .extend({
    closed: z.string().optional().meta({
      description: 'The STOP file or the freeze window that keeps it from going on',
    }),
  })
  .openapi('ListedRollout')

export const brokenSchema = z
  .object({
    namespace: z.string(),
    name: z.string(),
    problem: z.string().meta({ description: 'What is wrong, and what to do' }),
  })
  .openapi('BrokenRollout')

export const rolloutsSchema = z
  .object({
    environment: z.string(),
    commit: z.string().optional().meta({ description: 'What was read; absent without a branch' }),
    rollouts: z.array(listedSchema),
    broken: z.array(brokenSchema).meta({ description: 'Apps of which nothing can be said' }),
  })
  .openapi('Rollouts')
