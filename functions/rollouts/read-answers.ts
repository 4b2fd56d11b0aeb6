import type { z } from '@hono/zod-openapi'
import { shownSchema } from './look-answer-schema.ts'
import { rolloutsSchema } from './rollout-answer-schema.ts'

/** An answer as its schema has it; or the first field that is not so, where another version has answered. */
export type ReadAnswer<Answer> = { readonly answer: Answer } | { readonly unreadable: string }

export const readRollouts = (answer: unknown): ReadAnswer<z.output<typeof rolloutsSchema>> =>
  read(rolloutsSchema, answer)

export const readShown = (answer: unknown): ReadAnswer<z.output<typeof shownSchema>> =>
  read(shownSchema, answer)

function read<Answer>(schema: z.ZodType<Answer>, answer: unknown): ReadAnswer<Answer> {
  const { data, error } = schema.safeParse(answer)
  if (data !== undefined) return { answer: data }
  return { unreadable: error?.issues[0]?.path.join('.') ?? '' }
}
