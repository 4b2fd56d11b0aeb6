import type { LockTiming } from '../leases/lock-timing.ts'

/**
 * When the work under a hold that can no longer be renewed is ended, in milliseconds before its
 * holder has to stop believing in it, which is `marginMs` before anybody else can have the lock.
 */
export interface StopBounds {
  /** It is asked to end: TERM. A quarter of what a renewal gives. */
  readonly termBeforeMs: number
  /** It is killed. A twentieth of it. */
  readonly killBeforeMs: number
}

export function stopBounds({ ttlMs, marginMs }: LockTiming): StopBounds {
  const renewalGivesMs = ttlMs - marginMs
  return { termBeforeMs: renewalGivesMs / 4, killBeforeMs: renewalGivesMs / 20 }
}

/** How long the work has between both. */
export const graceMs = ({ termBeforeMs, killBeforeMs }: StopBounds): number =>
  termBeforeMs - killBeforeMs
