/** GUIDs of GitHub, GitLab and registries, ids of Standard Webhooks, fingerprints of Alertmanager: all are. */
const EVENT_ID = /^[\w-]{1,64}$/

/**
 * By which a sender knows its webhook, or an event in it; `undefined` if that is none. It is kept in memory,
 * and written into commits, and not all senders sign it: so it can neither be long nor say anything.
 */
export const eventId = (given: unknown): string | undefined =>
  typeof given === 'string' && EVENT_ID.test(given) ? given : undefined
