import { rm } from 'node:fs/promises'
import type { Connection } from './connection.ts'
import { startNodes } from './nodes/start-nodes.ts'
import type { ApiBinaries, Binaries } from './programs.ts'
import { keepLogs, newRunFolder } from './run-folder.ts'
import { startApiServer } from './start-api-server.ts'
import { startEtcd } from './start-etcd.ts'

export interface ControlPlane {
  readonly connection: Connection
  /** Where its logs, keys and data are, for as long as it runs. */
  readonly folder: string
  /** Ends its programs and removes its folder, or all but the logs in it. */
  stop(logs: 'keep logs' | 'drop logs'): Promise<void>
}

/**
 * Starts a control plane that belongs to this process, which must call `stop`: the API alone, or, if
 * there are binaries for all, with what schedules, controls and runs.
 *
 * @throws {ControlPlaneStartError} the logs are kept then
 */
export async function startControlPlane(binaries: ApiBinaries | Binaries): Promise<ControlPlane> {
  const folder = await newRunFolder()
  const programs: { stop(): Promise<void> }[] = []
  const stop: ControlPlane['stop'] = async (logs) => {
    // The last one first: none may see what it depends on go away.
    for (const program of programs.toReversed()) await program.stop()
    await (logs === 'keep logs' ? keepLogs(folder) : rm(folder, { recursive: true }))
  }
  try {
    const etcd = await startEtcd(binaries.etcd, folder)
    programs.push(etcd.process)
    const apiServer = await startApiServer(binaries['kube-apiserver'], folder, etcd.address)
    programs.push(apiServer.process)
    if ('kwok' in binaries) await startNodes(binaries, folder, apiServer.connection, programs)
    return { connection: apiServer.connection, folder, stop }
  } catch (error) {
    await stop('keep logs')
    throw error
  }
}
