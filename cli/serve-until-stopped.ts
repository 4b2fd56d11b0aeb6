import type { LockServer } from '../functions/node.ts'
import { lostLines } from '../functions/serving/json-lines.ts'
import type { Terminal } from './terminal.ts'

const STOPPING: ReadonlySet<NodeJS.Signals> = new Set(['SIGTERM', 'SIGINT'])

/** For what its log says last. */
const READ_WITHIN_MS = 1000

/**
 * Serves until this process is asked to end, and then for as long as a stop takes.
 *
 * @param start gets where the lines of its log go
 */
export async function serveUntilStopped(
  start: (write: (line: string) => void) => Promise<LockServer>,
  terminal: Pick<Terminal, 'signal' | 'takeSignals' | 'out' | 'logTo' | 'endWithin'>,
): Promise<void> {
  const server = await start(terminal.logTo?.('out', lostLines) ?? terminal.out)
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  // Each time that it is asked it makes more haste.
  const stop = () => resolve(server.stop())
  const giveBackSignals = terminal.takeSignals?.((signal) => {
    if (STOPPING.has(signal)) stop()
  })
  terminal.signal.addEventListener('abort', stop)
  // It was asked before there was anything to stop.
  if (terminal.signal.aborted) stop()
  await stopped
  terminal.signal.removeEventListener('abort', stop)
  giveBackSignals?.()
  terminal.endWithin?.(READ_WITHIN_MS)
}
