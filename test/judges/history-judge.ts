import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { cachedBinary } from '../control-plane/binary-cache.ts'
import { HISTORY_JUDGE } from './programs.ts'

export interface HistoryVerdict {
  readonly name: string
  /** `Unknown` if it could not be found out in time. */
  readonly verdict: 'Ok' | 'Illegal' | 'Unknown'
  readonly operations: number
}

/**
 * Judges histories of a lock, one a line of the file. With `page` it draws the first that no fenced
 * mutex could have had, or else the last one.
 */
export async function judgeHistories(
  file: string,
  page?: string,
): Promise<readonly HistoryVerdict[]> {
  const args = page === undefined ? [] : ['--page', page]
  const judge = spawn(cachedBinary(HISTORY_JUDGE), args, { stdio: ['pipe', 'pipe', 'pipe'] })
  createReadStream(file).pipe(judge.stdin)
  const [output, errors] = await Promise.all([text(judge.stdout), text(judge.stderr)])
  if (errors !== '') throw new Error(errors)
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as HistoryVerdict)
}
