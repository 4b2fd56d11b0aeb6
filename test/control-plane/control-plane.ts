import { rm } from 'node:fs/promises'
import type { Connection } from './connection.ts'
import { startNodes } from './nodes/start-nodes.ts'
import { ProgramGroup } from './program-group.ts'
import type { ApiBinaries, Binaries } from './programs.ts'
import { keepLogs, newRunFolder } from './run-folder.ts'
import { startApiServer } from './start-api-server.ts'
import { startEtcd } from './start-etcd.ts'

export interface ControlPlane {
  readonly connection: Connection
  /** Where its logs, keys and data are, for as long as it runs. */
  readonly folder: string
  /** Settles when one of its programs has ended by itself; nothing can be relied on from then on. */
  readonly broken: Promise<Error>
  /** Ends its programs and removes its folder, or all but the logs in it. */
  stop(logs: 'keep logs' | 'drop logs'): Promise<void>
}

/**
 * Starts a control plane that belongs to this process, which must call `stop`: the API alone, or, if
 * there are binaries for all, with what schedules, controls and runs.
 *
 * @throws {ProgramError} the logs are kept then
 */
export async function startControlPlane(binaries: ApiBinaries | Binaries): Promise<ControlPlane> {
  const folder = await newRunFolder()
  const programs = new ProgramGroup()
  const stop: ControlPlane['stop'] = async (logs) => {
    await programs.stop()
    await (logs === 'keep logs' ? keepLogs(folder) : rm(folder, { recursive: true }))
  }
  try {
    const etcd = await startEtcd(binaries.etcd, folder)
    programs.addProgram(etcd.process)
    const { signal, broken } = programs
    const apiServer = await startApiServer(binaries['kube-apiserver'], folder, {
      etcdAddress: etcd.address,
      signal,
    })
    programs.addProgram(apiServer.process)
    if ('kwok' in binaries) await startNodes(binaries, folder, apiServer.connection, programs)
    signal.throwIfAborted()
    return { connection: apiServer.connection, folder, broken, stop }
  } catch (error) {
    await stop('keep logs')
    throw error
  }
}
