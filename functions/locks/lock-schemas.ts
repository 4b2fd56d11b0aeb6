import { z } from 'zod'
import {
  DEFAULT_TTL_SECONDS,
  LEAST_TTL_SECONDS,
  MOST_TTL_SECONDS,
} from '../../leases/lock-timing.ts'

/** RFC 1123. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
/** The same, in parts; and none of the Leases that are beside that of a lock. */
const LOCK_NAME =
  /^(?!.*\.(queue|runs|slot-\d+)$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
/** A Lease's name has 253 at most, and those beside it have up to 9 more. */
const MOST_NAME_LENGTH = 240
const MOST_SLOTS = 100
/** Of that many slots and their queue it is 7,700. */
const MOST_OBSERVATION_LENGTH = 8192
const MOST_METADATA_BYTES = 2048

export const namespaceSchema = z.string().regex(NAMESPACE, {
  error: 'Use 1 to 63 small letters, digits and dashes, as namespaces are called',
})

export const lockNameSchema = z.string().max(MOST_NAME_LENGTH).regex(LOCK_NAME, {
  error:
    'Use small letters, digits, dashes and dots, as Leases are called, and no .queue, .runs or .slot-1 at the end',
})

export const lockParams = z.object({ namespace: namespaceSchema, name: lockNameSchema })

/** Small letters: the same id in other letters would be another hold. */
export const holdIdSchema = z.uuid().toLowerCase().meta({
  description: 'Made up by the caller, once for each hold, and used again in every retry',
})

export const holdParams = lockParams.extend({ hold: holdIdSchema })

export const ttlSecondsSchema = z
  .int()
  .min(LEAST_TTL_SECONDS)
  .max(MOST_TTL_SECONDS)
  .meta({ description: 'After this long without a renewal others get the lock' })

export const slotsSchema = z.int().min(1).max(MOST_SLOTS).meta({
  description: 'How many may hold the lock at once, as it was declared or first held',
})

/** The same in a query, where all is text. */
export const slotsQuery = z.object({
  slots: z
    .string()
    .regex(/^([1-9]\d?|100)$/, { error: `Use a whole number from 1 to ${MOST_SLOTS}` })
    .default('1')
    .meta({ description: 'How many may hold the lock at once, if more than one' }),
})

/** `30s`, in whole seconds. What is longer than the function waits is cut down to that. */
export const waitSchema = z
  .string()
  .regex(/^\d{1,4}s$/, { error: 'Use whole seconds with their unit: 30s' })
  .meta({ description: 'How long to wait for a change, such as 30s' })

export const waitMsOf = (wait: string): number => Number(wait.slice(0, -1)) * 1000

export const metadataSchema = z
  .record(z.string(), z.string())
  .refine((metadata) => bytesOf(metadata) <= MOST_METADATA_BYTES, {
    error: `Use ${MOST_METADATA_BYTES} bytes at most`,
  })
  .meta({ description: 'What others that look at the lock should know; 2 KiB at most' })

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length

/** What a request for a hold says of it, whatever it is for. */
export const holdRequestFields = {
  ttlSeconds: ttlSecondsSchema.default(DEFAULT_TTL_SECONDS),
  observation: z.string().max(MOST_OBSERVATION_LENGTH).optional().meta({
    description:
      'From the last answer: proves since when nobody has seen a sign of life of the holders, or of those who are first in line',
  }),
}

export const HANDLE_HEADER = 'lock-token'

export const handleHeaders = z.object({
  [HANDLE_HEADER]: z.string().meta({
    description: 'The handle of the hold, from the last answer that had one',
  }),
})
