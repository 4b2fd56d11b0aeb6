import { z } from '@hono/zod-openapi'
import type { HoldView, LockView } from '../../leases/lock-view.ts'
import { runAnswer, runSchema } from './run-answer.ts'

const holdViewSchema = z
  .object({
    lease: z.string(),
    id: z.string().optional().meta({ description: 'Absent for that of an elector of other make' }),
    holder: z.string(),
    token: z.string().optional(),
    state: z.enum(['held', 'released', 'broken']).meta({
      description: 'released: kept for its minimum time. broken: its holder may not renew it',
    }),
    brokenBy: z.object({ by: z.string(), reason: z.string() }).optional(),
    metadata: z.record(z.string(), z.string()),
    heldForMs: z.number().meta({ description: 'As far as the clocks of holder and store agree' }),
    silentForMs: z.number().meta({ description: 'Since its last sign of life, in the same way' }),
    bounds: z
      .object({
        ttlMs: z.number(),
        renewsEveryMs: z.number(),
        believesForMs: z.number(),
        takenOverWithinMs: z.number(),
        passedAfterMs: z.number(),
        toleratedRateRatio: z.number(),
      })
      .optional()
      .meta({ description: 'What follows from its time to live' }),
  })
  .openapi('HoldView')

export const lockSchema = z
  .object({
    namespace: z.string(),
    name: z.string(),
    holds: z.array(holdViewSchema),
    waiting: z.int(),
    runs: z.array(runSchema).meta({ description: 'Newest first' }),
  })
  .openapi('Lock')

export type LockAnswer = z.infer<typeof lockSchema>

export const lockAnswer = (
  namespace: string,
  { name, holds, waiting, runs }: LockView,
): LockAnswer => ({
  namespace,
  name,
  holds: holds.map(holdViewAnswer),
  waiting,
  runs: runs.map(runAnswer),
})

const holdViewAnswer = ({ id, token, brokenBy, bounds, metadata, ...hold }: HoldView) => ({
  ...hold,
  metadata: { ...metadata },
  ...(id !== undefined && { id }),
  ...(token !== undefined && { token }),
  ...(brokenBy !== undefined && { brokenBy: { ...brokenBy } }),
  ...(bounds !== undefined && { bounds }),
})

/**
 * Weak: two answers of one tag say the same but for how long things have lasted. So whoever waits for
 * a change is woken by a holder, a hold, a run or somebody in line, and not by each renewal.
 */
export async function lockTag(locks: readonly LockAnswer[]): Promise<string> {
  const text = JSON.stringify(locks, (key, value) =>
    key === 'heldForMs' || key === 'silentForMs' ? undefined : value,
  )
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  const bytes = [...new Uint8Array(digest, 0, 16)]
  return `W/"${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}"`
}
