import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServedCluster } from './served-cluster.ts'

/** What a process takes for the ServiceAccount of its pod. */
export interface PodAccount {
  readonly env: Readonly<Record<string, string>>
  remove(): void
}

/** The account of the functions, as the kubelet mounts one. */
export function podAccount({ connection, functionsToken }: ServedCluster): PodAccount {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-account-'))
  writeFileSync(join(folder, 'token'), functionsToken)
  writeFileSync(join(folder, 'ca.crt'), connection.certificateAuthority ?? '')
  const { hostname, port } = new URL(connection.server)
  return {
    env: {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      LOCKSTEP_SERVICE_ACCOUNT_FOLDER: folder,
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
