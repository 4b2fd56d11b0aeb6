import { z } from 'zod'
import { CLUSTER_ID, EPOCH } from './cluster-name.ts'
import { configured } from './configuration-error.ts'
import { present } from './present.ts'
import { type SettingSource, settingText } from './setting-source.ts'

/** The API server of a cluster, from outside. */
export interface RemoteCluster {
  /** `https://api.example.com:6443`. */
  readonly server: string
  /** Of a ServiceAccount. */
  readonly token: string
  /** PEM of whom to trust as the server. @default - whom the platform trusts */
  readonly certificateAuthority: string | undefined
  /** Names it in fencing tokens. Nobody asks the cluster, which would take a call at each start. */
  readonly clusterId: string
  readonly epoch: number
}

/** @throws {ConfigurationError} */
export async function readRemoteCluster(source: SettingSource): Promise<RemoteCluster> {
  const token = await settingText(source, 'LOCKSTEP_KUBERNETES_TOKEN')
  const authority = await settingText(source, 'LOCKSTEP_KUBERNETES_CA')
  const variables = { ...present(source.env), LOCKSTEP_KUBERNETES_TOKEN: token?.text.trim() }
  const settings = configured(VARIABLES, variables, '')
  return {
    server: settings.LOCKSTEP_KUBERNETES_SERVER,
    token: settings.LOCKSTEP_KUBERNETES_TOKEN,
    certificateAuthority: authority?.text,
    clusterId: settings.LOCKSTEP_CLUSTER_ID,
    epoch: settings.LOCKSTEP_EPOCH,
  }
}

const SERVER = 'Write the address of the API server, which begins with https://'
const TOKEN = 'Write a token of a ServiceAccount of the cluster'
const UID_OF_CLUSTER =
  "Write what names the cluster: kubectl get namespace kube-system --output jsonpath='{.metadata.uid}'"

const VARIABLES = z.object({
  LOCKSTEP_KUBERNETES_SERVER: z
    .string(SERVER)
    .refine((address) => URL.parse(address)?.protocol === 'https:', SERVER),
  LOCKSTEP_KUBERNETES_TOKEN: z.string(TOKEN).min(1, TOKEN),
  LOCKSTEP_CLUSTER_ID: z.string(UID_OF_CLUSTER).pipe(CLUSTER_ID),
  LOCKSTEP_EPOCH: EPOCH.default(1),
})
