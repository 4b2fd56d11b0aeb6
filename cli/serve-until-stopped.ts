import type { LockServer } from '../functions/node.ts'
import type { Terminal } from './terminal.ts'

const STOPPING: ReadonlySet<NodeJS.Signals> = new Set(['SIGTERM', 'SIGINT'])

/** Serves until this process is asked to end, and then for as long as a stop takes. */
export async function serveUntilStopped(
  start: () => Promise<LockServer>,
  terminal: Pick<Terminal, 'signal' | 'takeSignals'>,
): Promise<void> {
  const server = await start()
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
}
