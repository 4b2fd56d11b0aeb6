import { z } from '@hono/zod-openapi'
import type { TickResult } from '../../reconciler/tick.ts'
import { ROLLOUT_ACTIONS } from '../../rollouts/decision.ts'
import { appNameOf, brokenAnswer } from './rollout-answer.ts'
import { brokenSchema } from './rollout-answer-schema.ts'

const appFields = { namespace: z.string(), name: z.string() }

export const tickSchema = z
  .object({
    environment: z.string(),
    tip: z.string().optional().meta({ description: 'What was looked at; absent without a branch' }),
    commits: z.array(
      z.object({
        commit: z.string(),
        moves: z.array(z.object({ ...appFields, action: z.enum(ROLLOUT_ACTIONS) })),
      }),
    ),
    waiting: z
      .array(
        z.object({
          ...appFields,
          reasons: z.array(z.string()),
          until: z.string().optional().meta({ description: 'When a reason ends by itself' }),
        }),
      )
      .meta({ description: 'What was not moved, and why' }),
    broken: z.array(brokenSchema),
  })
  .openapi('Tick')

export type TickAnswer = z.infer<typeof tickSchema>

export const tickAnswer = (
  environment: string,
  { tip, looks, commits, broken }: TickResult,
): TickAnswer => ({
  environment,
  ...(tip !== undefined && { tip }),
  commits: commits.map(({ commit, moves }) => ({
    commit,
    moves: moves.map(({ app, move }) => ({ ...appNameOf(app), action: move.action })),
  })),
  waiting: looks.flatMap(({ app, decision }) =>
    decision.kind === 'wait'
      ? [
          {
            ...appNameOf(app.app),
            reasons: [...decision.reasons],
            ...(decision.untilMs !== undefined && {
              until: new Date(decision.untilMs).toISOString(),
            }),
          },
        ]
      : [],
  ),
  broken: broken.map(brokenAnswer),
})
