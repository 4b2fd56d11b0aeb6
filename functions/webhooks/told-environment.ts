import { ENVIRONMENT_NAME } from '../configuration/environment-name.ts'
import type { Told } from './webhook-sink.ts'

/**
 * Who told, with the environment that the webhook names. A sender that is bound to one by its settings
 * speaks of no other.
 *
 * @returns `undefined` if it does, or names what no environment is called
 */
export function inEnvironment(
  { sender, environment }: Told,
  claimed: string | undefined,
): Told | undefined {
  if (claimed !== undefined && !ENVIRONMENT_NAME.safeParse(claimed).success) return undefined
  if (environment === undefined) return { sender, environment: claimed }
  return claimed === undefined || claimed === environment ? { sender, environment } : undefined
}

export const FOREIGN_ENVIRONMENT = 'it names an environment that its sender may not speak of'
