/**
 * A process that owns one control plane and ends with whoever started it: as soon as its standard
 * input closes, which the operating system sees to however the other side ends, it stops the
 * programs. Its first line of output is what the other side needs, as JSON; a second one says why
 * it ends by itself.
 */
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { startControlPlane } from './control-plane.ts'
import type { HostReport } from './hosted-control-plane.ts'
import type { ApiBinaries } from './programs.ts'

const report = (line: HostReport) => process.stdout.write(`${JSON.stringify(line)}\n`)

async function main(binaries: ApiBinaries): Promise<void> {
  const farewell = text(process.stdin)
  const terminated = once(process, 'SIGTERM')
  const controlPlane = await startControlPlane(binaries)
  report({ connection: controlPlane.connection, folder: controlPlane.folder })
  const lastWord = await Promise.race([farewell, terminated, controlPlane.broken])
  const isBroken = lastWord instanceof Error
  await controlPlane.stop(isBroken || lastWord === 'keep logs' ? 'keep logs' : 'drop logs')
  if (isBroken) throw lastWord
}

try {
  await main(JSON.parse(process.argv[2] ?? '{}'))
  process.exit(0)
} catch (error) {
  report({ error: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}
