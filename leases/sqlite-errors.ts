import { LeaseStoreError } from './lease-store-errors.ts'
import { ForeignDatabaseError } from './sqlite-schema.ts'

/** Primary result codes (sqlite.org/rescode.html). */
const BUSY = 5
const READONLY = 8
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
/** Too many processes opened the file or recovered it at once. */
const PROTOCOL = 15
const NOTADB = 26

interface Meaning {
  readonly words: string
  readonly retryable: boolean
}

const MEANINGS: Readonly<Record<number, Meaning>> = {
  [BUSY]: { words: 'another process keeps it to itself. Try again', retryable: true },
  [PROTOCOL]: { words: 'other processes keep it busy. Try again', retryable: true },
  [READONLY]: {
    words: 'it may not be written. Let this process write the file and its folder',
    retryable: false,
  },
  [CORRUPT]: {
    words: 'it is damaged. Move it away while nothing uses it: a new one is another store',
    retryable: false,
  },
  [FULL]: { words: 'the disk is full. Make room on it', retryable: true },
  [CANTOPEN]: {
    words: 'it cannot be opened. Name a file in a folder that exists and that may be written',
    retryable: false,
  },
  [NOTADB]: { words: 'it is no SQLite database. Name another file', retryable: false },
}

/** Another process writes: that takes milliseconds, or that process is stuck. */
export const isBusy = (error: unknown): boolean => [BUSY, PROTOCOL].includes(codeOf(error) ?? 0)

/**
 * What a failed `COMMIT` leaves: a full disk or a lock keeps the last page of it from being written,
 * and without that nothing counts. After other failures nobody knows what a power cut would leave.
 */
export const outcomeOfCommit = (error: unknown): 'none' | 'unknown' =>
  [BUSY, FULL].includes(codeOf(error) ?? 0) ? 'none' : 'unknown'

/** What is no failure of SQLite is given back as it is. */
export function sqliteFailure(
  file: string,
  error: unknown,
  outcome: 'none' | 'unknown' = 'none',
): unknown {
  if (error instanceof ForeignDatabaseError) {
    return failure(file, error.message, false, outcome, error)
  }
  if (isClosed(error)) return failure(file, 'it was closed. Open it again', false, outcome, error)
  const code = codeOf(error)
  if (code === undefined) return error
  const own = { words: `${(error as Error).message}. Check the disk`, retryable: false }
  const { words, retryable } = MEANINGS[code] ?? own
  return failure(file, words, retryable, outcome, error)
}

function failure(
  file: string,
  words: string,
  retryable: boolean,
  outcome: 'none' | 'unknown',
  cause: unknown,
): LeaseStoreError {
  return new LeaseStoreError({
    message: `Lease store ${file}: ${words}`,
    outcome,
    retryable,
    cause,
  })
}

function codeOf(error: unknown): number | undefined {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  // The rest of the number is the detail.
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : undefined
}

const isClosed = (error: unknown): boolean =>
  (error as { readonly code?: unknown }).code === 'ERR_INVALID_STATE'
