import { join } from 'node:path'
import { SupervisedProcess } from './supervised-process.ts'

export interface Etcd {
  readonly process: SupervisedProcess
  /** Its address, for `--etcd-servers`. */
  readonly address: string
}

/**
 * A store of one member that lives as long as one run. It listens on a socket in the run's folder,
 * so no port can be taken and nobody else on the machine can read it.
 */
export async function startEtcd(binary: string, folder: string): Promise<Etcd> {
  const clients = `unix://${join(folder, 'etcd.sock')}`
  const peers = `unix://${join(folder, 'peer.sock')}`
  const process = await SupervisedProcess.start(
    'etcd',
    binary,
    [
      '--name=run',
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${clients}`,
      `--advertise-client-urls=${clients}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=run=${peers}`,
      // What a power cut would lose is thrown away after the run anyway.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    folder,
  )
  return { process, address: clients }
}
