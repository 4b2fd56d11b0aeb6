import { pause } from './pause.ts'
import { isForeseen } from './report-error.ts'

export interface InsistProps {
  /** Ends the attempts, and the pauses between them. An attempt that is under way is waited for. */
  readonly signal?: AbortSignal
  /** @default for as long as the signal does not abort */
  readonly isWorthwhile?: () => boolean
  readonly onFailure: (error: Error) => void
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

/**
 * Does what has to be done, again and again until it works. What has worked counts, even if the
 * signal aborted in between: `p-retry` would drop a lock that was got just then.
 *
 * @returns `undefined` if it was given up
 * @throws what nobody has foreseen
 */
export async function insist<Result>(
  call: () => Promise<Result>,
  { signal = new AbortController().signal, isWorthwhile = () => true, onFailure }: InsistProps,
): Promise<Result | undefined> {
  const goesOn = () => !signal.aborted && isWorthwhile()
  for (let pauseMs = FIRST_PAUSE_MS; goesOn(); pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await call()
    } catch (error) {
      if (!goesOn()) return undefined
      if (!isForeseen(error)) throw error
      onFailure(error)
      await pause(pauseMs * (0.5 + Math.random() / 2), signal)
    }
  }
  return undefined
}
