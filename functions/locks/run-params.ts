import { z } from 'zod'
import { lockNameSchema, namespaceSchema } from './lock-schemas.ts'

/** What the records of runs take for a key. */
const MOST_KEY_LENGTH = 128

/** A run, by where it is. */
export const runParams = z.object({
  namespace: namespaceSchema,
  job: lockNameSchema.meta({ description: 'The lock under which it runs' }),
  key: z
    .string()
    .min(1)
    .max(MOST_KEY_LENGTH)
    .meta({ description: 'What it is about: a date, a number, a commit' }),
})
