import type { RecordSpec } from '../rollouts/record.ts'

/** A record with a revision that is released next. The newest wins. */
export const withQueue = (record: RecordSpec, revision: string): RecordSpec =>
  record.queued?.revision === revision ? record : { ...record, queued: { revision } }

/**
 * A record without the revision that was to be released next, which the app definitions no longer ask
 * for. What a person has asked for stays.
 */
export function withoutQueue(record: RecordSpec): RecordSpec {
  const { queued, ...rest } = record
  return queued === undefined || queued.request !== undefined ? record : rest
}
