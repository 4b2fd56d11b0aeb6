import { isObject, isTextMap } from './annotation-json.ts'
import { type LeaseRecord, NEVER_HELD } from './lease-record.ts'

/** A record that was written as JSON; `undefined` for text that is none, whoever wrote that. */
export function parseLeaseRecord(text: string): LeaseRecord | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (!isObject(value)) return undefined
    const record = { ...NEVER_HELD, ...value }
    return isLeaseRecord(record) ? record : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const isLeaseRecord = (
  record: Readonly<Record<keyof LeaseRecord, unknown>>,
): record is LeaseRecord =>
  typeof record.holderIdentity === 'string' &&
  isCount(record.leaseDurationSeconds) &&
  isCount(record.leaseTransitions) &&
  isTextOrNothing(record.acquireTime) &&
  isTextOrNothing(record.renewTime) &&
  isTextMap(record.annotations)

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

const isTextOrNothing = (value: unknown): boolean => ['string', 'undefined'].includes(typeof value)
