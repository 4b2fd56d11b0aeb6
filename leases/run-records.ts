import { isListOf, isObject, readJson } from './annotation-json.ts'
import { type FencingToken, formatToken } from './fencing-token.ts'
import type { LeaseRecord } from './lease-record.ts'
import type { LeaseReading } from './lease-store.ts'
import type { Lock, LockContext } from './lock.ts'
import { LockRequestError } from './lock-errors.ts'
import { LEASE_ANNOTATIONS, runsLeaseName } from './names.ts'
import { rewriteLease } from './rewrite-lease.ts'

/** A once-only execution of a job for one key: `nightly-report` @ `2026-11-21`. */
export interface RunRecord {
  readonly key: string
  readonly status: 'running' | 'succeeded' | 'failed'
  /** Of the hold under which it runs or ran, as text. */
  readonly token: string
  /** What it came to, as JSON; of one that failed: why. */
  readonly result?: string
  /** How many times it was begun. */
  readonly attempts: number
  /** When it was begun or ended, by the store's clock, in milliseconds since 1970. */
  readonly atMs: number
}

/** Longer results belong elsewhere, and the result says where. */
export const MOST_RESULT_BYTES = 1024
const MOST_KEY_LENGTH = 128
/** Half of what all annotations of an object may take. */
const MOST_BYTES = 128 * 1024
const REMEMBERED_RUNS = 100

/** Another hold has taken the run over, with a larger token. */
export class RunTakenOverError extends Error {
  override readonly name = 'RunTakenOverError'
  readonly code = 'RUN_TAKEN_OVER'

  constructor(key: string, by: string) {
    super(`Run ${key} was taken over under token ${by}. What this one did does not count any more`)
  }
}

/**
 * The runs of a job, on a Lease beside that of its lock. It remembers the last 100; a key that was
 * forgotten is new again.
 */
export class RunRecords {
  readonly #context: LockContext
  readonly #job: Lock

  constructor(context: LockContext, job: Lock) {
    this.#context = context
    this.#job = job
  }

  /** @returns `undefined` for one that never began, or so long ago that nobody remembers */
  async find(key: string): Promise<RunRecord | undefined> {
    return recordsOf((await this.#read()).lease.record).find((run) => run.key === key)
  }

  async list(): Promise<readonly RunRecord[]> {
    return recordsOf((await this.#read()).lease.record)
  }

  /**
   * Writes that the run has begun, unless it has succeeded: whoever held the lock before may have
   * ended it at the last moment.
   *
   * @returns the run as it is now: `running` under this token, or `succeeded`
   * @throws {LockRequestError} if that is no key
   */
  begin(key: string, token: FencingToken): Promise<RunRecord> {
    if (key === '' || key.length > MOST_KEY_LENGTH) {
      throw new LockRequestError(
        `A run's key has 1 to ${MOST_KEY_LENGTH} characters. Use the date or the number of what it is about`,
      )
    }
    return this.#change(key, (before, atMs) =>
      before?.status === 'succeeded' || before?.token === formatToken(token)
        ? before
        : {
            key,
            status: 'running',
            token: formatToken(token),
            attempts: (before?.attempts ?? 0) + 1,
            atMs,
          },
    )
  }

  /**
   * Writes how a run has ended. The same end again changes nothing.
   *
   * @throws {RunTakenOverError} if it is another hold's run by now
   * @throws {LockRequestError} if the result is too long
   */
  end(
    key: string,
    token: FencingToken,
    end: { readonly status: 'succeeded' | 'failed'; readonly result: string },
  ): Promise<RunRecord> {
    const bytes = new TextEncoder().encode(end.result).length
    if (bytes > MOST_RESULT_BYTES) {
      throw new LockRequestError(
        `The result of run ${key} has ${bytes} bytes, and ${MOST_RESULT_BYTES} are kept. Store it elsewhere and give its address`,
      )
    }
    return this.#change(key, (before, atMs) => {
      assertOwn(key, before, token)
      if (before?.status !== undefined && before.status !== 'running') return before
      const attempts = before?.attempts ?? 1
      return { key, ...end, token: formatToken(token), attempts, atMs }
    })
  }

  #read(): Promise<LeaseReading> {
    const { namespace, name } = this.#job
    return this.#context.store.read({ namespace, name: runsLeaseName(name) })
  }

  async #change(
    key: string,
    next: (before: RunRecord | undefined, atMs: number) => RunRecord,
  ): Promise<RunRecord> {
    let after: RunRecord | undefined
    await rewriteLease(this.#context, await this.#read(), ({ lease: { record }, storeTimeMs }) => {
      const records = recordsOf(record)
      const before = records.find((run) => run.key === key)
      after = next(before, storeTimeMs)
      if (after === before) return undefined
      return withRecords(record, [after, ...records.filter((run) => run !== before)])
    })
    return after as RunRecord
  }
}

/** Forgotten counts as taken over: nobody can tell who has had it since. */
function assertOwn(key: string, before: RunRecord | undefined, token: FencingToken): void {
  if (before === undefined) throw new RunTakenOverError(key, 'that nobody remembers')
  if (before.token !== formatToken(token)) throw new RunTakenOverError(key, before.token)
}

/** Newest first, so that those that fall off the end are the oldest. */
function withRecords(record: LeaseRecord, runs: readonly RunRecord[]): LeaseRecord {
  let kept = runs.slice(0, REMEMBERED_RUNS)
  while (JSON.stringify(kept).length > MOST_BYTES) kept = kept.slice(0, -1)
  const annotations = { ...record.annotations, [LEASE_ANNOTATIONS.runs]: JSON.stringify(kept) }
  return { ...record, annotations }
}

/** What the Lease of runs says, newest first. */
export const recordsOf = ({ annotations }: LeaseRecord): readonly RunRecord[] =>
  readJson(annotations[LEASE_ANNOTATIONS.runs], isListOf(isRunRecord)) ?? []

const STATUSES: ReadonlySet<unknown> = new Set(['running', 'succeeded', 'failed'])

const isRunRecord = (value: unknown): value is RunRecord =>
  isObject(value) &&
  typeof value.key === 'string' &&
  typeof value.token === 'string' &&
  typeof value.attempts === 'number' &&
  typeof value.atMs === 'number' &&
  STATUSES.has(value.status)
