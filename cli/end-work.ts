import { setTimeout as sleep } from 'node:timers/promises'
import type { ForeignProcessError, PodProcesses } from './pod-processes.ts'

export interface EndWorkProps {
  readonly processes: Pick<PodProcesses, 'running' | 'send'>
  /** Between TERM and KILL. */
  readonly graceMs: number
  /** For how long it may be there yet at most. */
  readonly mayLastMs: () => number
  /** There is some that cannot be ended from here. */
  readonly onUnreached: (error: ForeignProcessError) => void
}

const LOOK_EVERY_MS = 20

/**
 * Asks all work of the pod to end, and kills what is left after a while. When this resolves, nothing
 * of it runs.
 *
 * @returns whether there was any
 */
export async function endWork({
  processes,
  graceMs,
  mayLastMs,
  onUnreached,
}: EndWorkProps): Promise<boolean> {
  if (processes.running.length === 0) return false
  const send = (signal: NodeJS.Signals): void => {
    const unreached = processes.send(signal)
    if (unreached !== undefined) onUnreached(unreached)
  }
  const killAtMs = performance.now() + Math.min(graceMs, mayLastMs())
  send('SIGTERM')
  // What is stopped goes on, to hear it.
  send('SIGCONT')
  do {
    if (performance.now() >= killAtMs) send('SIGKILL')
    await sleep(LOOK_EVERY_MS)
  } while (processes.running.length > 0)
  return true
}
