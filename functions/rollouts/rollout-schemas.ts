import { z } from 'zod'

/** RFC 1123. */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

export const namespaceSchema = z.string().regex(LABEL, {
  error: 'Use 1 to 63 small letters, digits and dashes, as namespaces are called',
})

export const appNameSchema = z.string().regex(LABEL, {
  error: 'Use 1 to 63 small letters, digits and dashes, as apps are called',
})

/** An app, by where it is. */
export const appParams = z.object({ namespace: namespaceSchema, name: appNameSchema })

/** Checked against what there is, so whatever it is called, it is found or not. */
export const environmentQuery = z.object({
  environment: z
    .string()
    .max(253)
    .optional()
    .meta({ description: 'Which environment; may be left out where there is one alone' }),
})

/** More than any plan has. */
const MOST_STEPS = 1_000

/** @param least 0 where a rollout may be before its first step */
export const stepSchema = (least: 0 | 1) => z.int().min(least).max(MOST_STEPS)

export const revisionSchema = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, { error: 'Use a revision as rollouts show it' })

export const reasonSchema = z
  .string()
  .max(500)
  .regex(/\S/, { error: 'Say why: people will ask' })
  .overwrite((reason) => reason.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim())
  .meta({ description: 'Why, for whoever wonders. It ends up in a commit' })

/** What a caller has seen, for requests that must not hit another rollout than the one that is meant. */
export const seenFields = {
  rollout: z.string().max(128).optional().meta({
    description: 'Id of the rollout that is meant: with another one in flight nothing is done',
  }),
}
