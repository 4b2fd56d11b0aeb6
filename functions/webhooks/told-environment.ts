import type { Told } from './webhook-sink.ts'

/**
 * Who told, with the environment that the webhook names. A sender that is bound to one by its settings
 * speaks of no other.
 *
 * @returns `undefined` if it does
 */
export function inEnvironment(
  { sender, environment }: Told,
  claimed: string | undefined,
): Told | undefined {
  if (environment === undefined) return { sender, environment: claimed }
  return claimed === undefined || claimed === environment ? { sender, environment } : undefined
}

export const FOREIGN_ENVIRONMENT =
  'it names another environment than the one that its sender may speak of'
