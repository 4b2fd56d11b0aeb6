import {
  KubernetesClientMissingError,
  UnknownContextError,
  UnreadableKubeconfigError,
} from './kubeconfig-errors.ts'
import type { KubeconfigProps } from './kubeconfig-props.ts'

type Client = typeof import('@kubernetes/client-node')
export type KubeConfig = InstanceType<Client['KubeConfig']>

/** A kubeconfig, and the client that can read it, which is not loaded before. */
export interface LoadedKubeconfig {
  readonly client: Client
  readonly config: KubeConfig
}

/**
 * @throws {KubernetesClientMissingError}
 * @throws {UnreadableKubeconfigError}
 * @throws {UnknownContextError}
 */
export async function loadKubeconfig(props: KubeconfigProps): Promise<LoadedKubeconfig> {
  const client = await loadClient()
  const config = new client.KubeConfig()
  read(config, props.file)
  if (props.context !== undefined) config.setCurrentContext(props.context)
  if (config.getCurrentCluster() === null) throw new UnknownContextError(config.getCurrentContext())
  return { client, config }
}

function read(config: KubeConfig, file: string | undefined): void {
  try {
    if (file === undefined) config.loadFromDefault()
    else config.loadFromFile(file)
  } catch (cause) {
    throw new UnreadableKubeconfigError(file, { cause: cause as Error })
  }
}

async function loadClient(): Promise<Client> {
  try {
    return await import('@kubernetes/client-node')
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new KubernetesClientMissingError({ cause: error })
  }
}
