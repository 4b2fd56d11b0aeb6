import { z } from '@hono/zod-openapi'
import { TRAILER_ACTIONS } from '../../gitops/app-trailers.ts'
import { STAGE_NAMES } from '../../rollouts/stage-name.ts'

const changeSchema = z
  .object({
    namespace: z.string(),
    name: z.string(),
    action: z.enum(TRAILER_ACTIONS).optional(),
    rollout: z.string().optional().meta({ description: 'Its id' }),
    step: z.string().optional().meta({ description: 'The step that it is in: 2/4' }),
    stage: z.enum(STAGE_NAMES).optional(),
    weight: z.int().optional(),
    revision: z.string().optional(),
    evidence: z.array(z.string()).meta({ description: 'Why' }),
    actor: z.string().optional().meta({ description: 'Who asked for it' }),
  })
  .openapi('RolloutChange')

export const commitSchema = z
  .object({
    commit: z.string(),
    at: z.string().meta({ description: 'When, by the clock of whoever has committed it' }),
    author: z.string(),
    subject: z.string(),
    changes: z
      .array(changeSchema)
      .meta({ description: 'As its trailers say; none for what somebody has edited by hand' }),
  })
  .openapi('RolloutCommit')
