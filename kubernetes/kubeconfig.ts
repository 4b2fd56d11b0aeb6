import type { RequestOptions } from 'node:https'
import type { Credentials } from './credentials.ts'
import type { KubeconfigProps } from './kubeconfig-props.ts'
import { type KubeConfig, loadKubeconfig } from './load-kubeconfig.ts'
import { NodeTransport } from './node-transport.ts'

/**
 * The API server of a kubeconfig's context, as its user: by token, certificate or exec plugin.
 *
 * @throws {KubernetesClientMissingError}
 * @throws {UnreadableKubeconfigError}
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
    ...(config.getCurrentCluster()?.proxyUrl && { proxyAgent: options.agent as object }),
  }
}
