import { z } from 'zod'

/** What somebody wrote into the settings of a hook, where numbers and switches are texts too. */
export const textsSchema = z
  .record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean()]).transform((value) => String(value)),
  )
  .nullish()
  .transform((texts): Readonly<Record<string, string>> => texts ?? {})
