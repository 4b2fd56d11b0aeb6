import { z } from 'zod'
import type { Lock } from '../../leases/lock.ts'
import { configured } from './configuration-error.ts'
import { present } from './present.ts'
import type { SettingSource } from './setting-source.ts'

/**
 * The locks that there are, if somebody says so: then there are no others, and nobody has to be allowed
 * to list Leases.
 *
 * @throws {ConfigurationError}
 */
export const readDeclaredLocks = ({ env }: SettingSource): readonly Lock[] | undefined =>
  configured(VARIABLES, present(env), '').LOCKSTEP_LOCKS

const LOCK = /^(?<namespace>[a-z0-9-]+)\/(?<name>[a-z0-9.-]+)(?::(?<slots>[1-9]\d{0,2}))?$/

const VARIABLES = z.object({
  LOCKSTEP_LOCKS: z
    .string()
    .trim()
    .min(1, 'Write NAMESPACE/NAME of each lock, or leave it out for all')
    .transform((text, context) =>
      text.split(/\s+/).flatMap((word): Lock[] => {
        const { namespace, name, slots = '1' } = LOCK.exec(word)?.groups ?? {}
        if (namespace && name) return [{ namespace, name, slots: Number(slots) }]
        context.addIssue(
          `'${word}' names no lock. Write NAMESPACE/NAME, with :SLOTS if it has several, and spaces between`,
        )
        return []
      }),
    )
    .optional(),
})
