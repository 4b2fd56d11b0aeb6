import { setTimeout as sleep } from 'node:timers/promises'

/** Something did not come about in time. */
export class NeverHappenedError extends Error {
  override readonly name = 'NeverHappenedError'
  readonly code = 'NEVER_HAPPENED'

  constructor(what: string, seconds: number, lastSeen: unknown) {
    const seen = typeof lastSeen === 'string' ? lastSeen : JSON.stringify(lastSeen)
    super(`Not within ${seconds} s: ${what}. Last seen: ${seen ?? 'nothing'}`)
  }
}

const LOOK_EVERY_MS = 100

/**
 * Looks until what it sees is as it should be, and gives that. `show` is what a failure says of it.
 *
 * @throws {NeverHappenedError} with what it saw last
 */
export async function eventually<Seen>(
  what: string,
  look: () => Promise<Seen>,
  isDone: (seen: Seen) => boolean,
  withinSeconds = 60,
  show: (seen: Seen) => unknown = (seen) => seen,
): Promise<Seen> {
  const deadline = performance.now() + withinSeconds * 1000
  for (;;) {
    const seen = await look()
    if (isDone(seen)) return seen
    if (performance.now() > deadline) throw new NeverHappenedError(what, withinSeconds, show(seen))
    await sleep(LOOK_EVERY_MS)
  }
}
