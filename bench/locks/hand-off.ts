import { setTimeout as sleep } from 'node:timers/promises'
import type { LeaseStore } from '../../leases/lease-store.ts'
import { Locks } from '../../leases/locks.ts'

/** Takes a lock when it is free, and gives it back. */
export interface Contender {
  readonly turn: (signal: AbortSignal) => Promise<void>
}

/** How often in a second a lock goes from one to another when all want it all the time. */
export async function handOffsPerSecond(
  contenders: readonly Contender[],
  seconds: number,
): Promise<number> {
  const over = new AbortController()
  let turns = 0
  const running = contenders.map(async ({ turn }) => {
    while (!over.signal.aborted) {
      try {
        await turn(over.signal)
        turns += 1
      } catch (error) {
        if (!over.signal.aborted) throw error
      }
    }
  })
  const began = performance.now()
  await Promise.race([sleep(seconds * 1000), Promise.all(running)])
  const counted = turns
  const tookMs = performance.now() - began
  over.abort()
  await Promise.all(running)
  return (counted / tookMs) * 1000
}

export const ourContender = (store: LeaseStore, name: string, lock: string): Contender => {
  const locks = new Locks({ store, holder: name })
  return { turn: (signal) => locks.withLock(lock, { signal }, async () => {}) }
}
