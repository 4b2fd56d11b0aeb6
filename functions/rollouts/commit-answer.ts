import { z } from '@hono/zod-openapi'
import type { LoggedCommit } from '../../gitops/git-remote.ts'
import { readTrailers } from '../../gitops/read-trailers.ts'
import { ROLLOUT_ACTIONS } from '../../rollouts/decision.ts'
import { STAGE_NAMES } from '../../rollouts/stage-name.ts'
import { appNameOf } from './rollout-answer.ts'

const changeSchema = z
  .object({
    namespace: z.string(),
    name: z.string(),
    action: z.enum([...ROLLOUT_ACTIONS, 'direct']).optional(),
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

export type CommitAnswer = z.infer<typeof commitSchema>

/** @param isMeant which apps of the commit are wanted */
export function commitAnswer(
  { id, message, author, committedAtMs }: LoggedCommit,
  isMeant: (app: string) => boolean,
): CommitAnswer {
  const [subject = ''] = message.split('\n', 1)
  return {
    commit: id,
    at: new Date(committedAtMs).toISOString(),
    author: author.name,
    subject,
    changes: readTrailers(message)
      .apps.filter(({ app }) => isMeant(app))
      .map(({ app, action, rollout, step, stage, weight, revision, evidence = [], actor }) => ({
        ...appNameOf(app),
        ...(action !== undefined && { action }),
        ...(rollout !== undefined && { rollout }),
        ...(step !== undefined && { step }),
        ...(stage !== undefined && { stage }),
        ...(weight !== undefined && { weight }),
        ...(revision !== undefined && { revision }),
        evidence: [...evidence],
        ...(actor !== undefined && { actor }),
      })),
  }
}
