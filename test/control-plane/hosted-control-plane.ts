import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Connection } from './connection.ts'
import type { ControlPlane } from './control-plane.ts'
import type { ApiBinaries } from './programs.ts'

/** First line that the host writes. */
export type HostReport =
  | { readonly connection: Connection; readonly folder: string }
  | { readonly error: string }

/**
 * Starts a control plane in a process of its own that outlives a Ctrl-C just long enough to clean
 * up, and ends when this process ends, in whatever way.
 */
export async function hostControlPlane(binaries: ApiBinaries): Promise<ControlPlane> {
  const host = spawn(
    process.execPath,
    [join(import.meta.dirname, 'control-plane-host.ts'), JSON.stringify(binaries)],
    // In a process group of its own, so that Ctrl-C does not end the programs under the tests.
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true },
  )
  const ended = once(host, 'exit')
  const line = await firstLine(host.stdout)
  if (line === undefined) throw new Error('The host of the control plane ended without a word')
  const report = JSON.parse(line) as HostReport
  if ('error' in report) throw new Error(report.error)
  return {
    ...report,
    stop: async (logs) => {
      host.stdin.end(logs)
      await ended
    },
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface({ input: stream })) return line
  return undefined
}
