import type { Agent, RequestOptions } from 'node:https'
import type { Credentials } from './credentials.ts'
import { NodeTransport } from './node-transport.ts'

export interface KubeconfigProps {
  /**
   * Kubeconfig file.
   *
   * @default - as kubectl: KUBECONFIG, or ~/.kube/config
   */
  readonly file?: string | undefined
  /**
   * Context in it.
   *
   * @default - the current one
   */
  readonly context?: string | undefined
}

/** The Kubernetes client is not installed. */
export class KubernetesClientMissingError extends Error {
  override readonly name = 'KubernetesClientMissingError'
  readonly code = 'KUBERNETES_CLIENT_MISSING'
  readonly remedy = 'Run `npm install --save-dev @kubernetes/client-node`'

  constructor(options?: ErrorOptions) {
    super('A kubeconfig is read by the package @kubernetes/client-node, which is missing', options)
  }
}

/** The kubeconfig does not have the context that was asked for, or has no current one. */
export class UnknownContextError extends Error {
  override readonly name = 'UnknownContextError'
  readonly code = 'UNKNOWN_CONTEXT'
  readonly remedy = 'Choose one that `kubectl config get-contexts` lists'

  constructor(context: string) {
    super(`${context}: there is no such context in the kubeconfig`)
  }
}

type Client = typeof import('@kubernetes/client-node')
type KubeConfig = InstanceType<Client['KubeConfig']>

/** A kubeconfig, and the client that can read it, which is not loaded before. */
export interface LoadedKubeconfig {
  readonly client: Client
  readonly config: KubeConfig
}

/**
 * @throws {KubernetesClientMissingError}
 * @throws {UnknownContextError}
 */
export async function loadKubeconfig(props: KubeconfigProps): Promise<LoadedKubeconfig> {
  const client = await loadClient()
  const config = new client.KubeConfig()
  if (props.file === undefined) config.loadFromDefault()
  else config.loadFromFile(props.file)
  if (props.context !== undefined) config.setCurrentContext(props.context)
  if (config.getCurrentCluster() === null) throw new UnknownContextError(config.getCurrentContext())
  return { client, config }
}

/**
 * The API server of a kubeconfig's context, as its user: by token, certificate or exec plugin.
 *
 * @throws {KubernetesClientMissingError}
 * @throws {UnknownContextError}
 * @throws {RangeError} if the server is no https address
 */
export async function fromKubeconfig(props: KubeconfigProps = {}): Promise<NodeTransport> {
  const { config } = await loadKubeconfig(props)
  return new NodeTransport({
    server: config.getCurrentCluster()?.server ?? '',
    credentials: () => credentialsOf(config),
  })
}

/** Plugins are run again when what they gave has expired; the client remembers it until then. */
async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const headers = options.headers as Readonly<Record<string, string>> | undefined
  return {
    certificateAuthority: options.ca?.toString(),
    clientCertificate: options.cert?.toString(),
    clientKey: options.key?.toString(),
    token: headers?.Authorization?.replace(/^Bearer /, ''),
    impersonate: headers?.['Impersonate-User'],
    serverName: options.servername,
    insecure: options.rejectUnauthorized === false,
    ...(config.getCurrentCluster()?.proxyUrl && { proxyAgent: options.agent as Agent }),
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
