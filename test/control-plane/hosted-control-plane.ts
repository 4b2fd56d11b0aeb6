import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Connection } from './connection.ts'
import type { ControlPlane } from './control-plane.ts'
import type { ApiBinaries } from './programs.ts'

/** A line that the host writes: the first when it has started, or could not. */
export type HostReport =
  | { readonly connection: Connection; readonly folder: string }
  | { readonly error: string }

/**
 * Starts a control plane in a process of its own that outlives a Ctrl-C just long enough to clean
 * up, and ends when this process ends, in whatever way.
 *
 * @param settings variables of its programs, beside those of this process
 */
export async function hostControlPlane(
  binaries: ApiBinaries,
  settings: Readonly<Record<string, string>> = {},
): Promise<ControlPlane> {
  const host = spawn(
    process.execPath,
    [join(import.meta.dirname, 'control-plane-host.ts'), JSON.stringify(binaries)],
    // In a process group of its own, so that Ctrl-C does not end the programs under the tests.
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true, env: { ...process.env, ...settings } },
  )
  const ended = once(host, 'exit')
  // It may have ended by itself when it is told to.
  host.stdin.on('error', () => {})
  const reports = createInterface({ input: host.stdout })[Symbol.asyncIterator]()
  const report = await nextReport(reports)
  if (report === undefined) throw new Error('The host of the control plane ended without a word')
  if ('error' in report) throw new Error(report.error)
  return {
    ...report,
    broken: brokenBy(nextReport(reports)),
    stop: async (logs) => {
      host.stdin.end(logs)
      await ended
    },
  }
}

async function nextReport(lines: AsyncIterator<string>): Promise<HostReport | undefined> {
  const { done, value } = await lines.next()
  return done ? undefined : JSON.parse(value)
}

async function brokenBy(lastReport: Promise<HostReport | undefined>): Promise<Error> {
  const report = await lastReport
  // It was asked to stop.
  if (report === undefined || !('error' in report)) return new Promise(() => {})
  return new Error(report.error)
}
