import { z } from '@hono/zod-openapi'
import type { RunRecord } from '../../leases/run-records.ts'

export const runSchema = z
  .object({
    key: z.string(),
    status: z.enum(['running', 'succeeded', 'failed']),
    token: z.string().meta({ description: 'Fencing token of the hold under which it runs or ran' }),
    attempts: z.int().meta({ description: 'How many times it was begun' }),
    result: z.unknown().optional().meta({ description: 'What it came to, if it succeeded' }),
    reason: z.string().optional().meta({ description: 'Why it failed, if it did' }),
  })
  .openapi('Run')

export type RunAnswer = z.infer<typeof runSchema>

export const runAnswer = ({ key, status, token, attempts, result }: RunRecord): RunAnswer => ({
  key,
  status,
  token,
  attempts,
  ...(status === 'succeeded' && { result: jsonOf(result) }),
  ...(status === 'failed' && { reason: result ?? '' }),
})

/** Commands that run once write text, whatever it is. */
function jsonOf(text = 'null'): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return text
  }
}
