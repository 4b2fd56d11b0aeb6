import type { ScheduleResult } from './schedule.ts'
import type { Happening, SeenHoldSpan, SeenWrite } from './witness.ts'

/** What the judge of histories reads; see `test/judges/linearizability/history.go`. */
export interface History {
  readonly excludes: boolean
  readonly operations: readonly Operation[]
  readonly notes: readonly Note[]
}

export interface Operation {
  readonly kind: 'acquire' | 'end' | 'write'
  readonly process: string
  readonly slot: string
  readonly hold: string
  readonly token: number
  readonly callUs: number
  /** Absent if nobody knows when it took effect. */
  readonly returnUs?: number
  readonly accepted?: boolean
}

interface Note {
  readonly who: string
  readonly what: string
  readonly atUs: number
}

/** What was done to a lock, as the world saw it. */
export const historyOf = ({ spans, writes, happenings, isExclusive }: ScheduleResult): History => ({
  excludes: isExclusive,
  operations: [...spans.flatMap(operationsOf), ...writes.map(writeOf)],
  notes: happenings.map(noteOf),
})

function operationsOf(span: SeenHoldSpan): readonly Operation[] {
  const { id: hold, process, slot, token, askedMs, gotMs, endedMs } = span
  const common = { process, slot, hold, token: Number(token) }
  const acquire = { ...common, kind: 'acquire' as const, callUs: us(askedMs), returnUs: us(gotMs) }
  if (endedMs === undefined) return [acquire]
  return [acquire, { ...common, kind: 'end', callUs: us(endedMs) }]
}

function writeOf({ id, process, slot, token, atMs, isAccepted }: SeenWrite): Operation {
  const [callUs, returnUs] = [us(atMs), us(atMs)]
  const common = { process, slot, hold: id, token: Number(token) }
  return { ...common, kind: 'write', callUs, returnUs, accepted: isAccepted }
}

const noteOf = ({ who, what, atMs }: Happening): Note => ({ who, what, atUs: us(atMs) })

const us = (ms: number): number => Math.round(ms * 1000)
