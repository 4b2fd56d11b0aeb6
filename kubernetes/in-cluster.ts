import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CredentialSource, Credentials } from './credentials.ts'
import { NodeTransport } from './node-transport.ts'

export interface InClusterProps {
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>
  /**
   * Where the kubelet puts the token and the authority.
   *
   * @default '/var/run/secrets/kubernetes.io/serviceaccount'
   */
  readonly folder?: string
  /**
   * For how long a token that was read is used, in milliseconds. The kubelet replaces it when a
   * fifth of its life is left, two minutes at least.
   *
   * @default 60_000 - as client-go
   */
  readonly rereadAfterMs?: number
  /** Milliseconds since some fixed moment. @default performance.now */
  readonly now?: () => number
}

/** This process does not run in a pod, or its pod has no service account. */
export class NotInClusterError extends Error {
  override readonly name = 'NotInClusterError'
  readonly code = 'NOT_IN_CLUSTER'

  constructor(variable: string) {
    super(
      `${variable} is not set: this is no pod of a cluster. Run it in one, or give it a kubeconfig`,
    )
  }
}

/**
 * The API server of the cluster that this pod runs in, as its service account.
 *
 * @throws {NotInClusterError}
 */
export function inCluster(props: InClusterProps): NodeTransport {
  const host = variable(props.env, 'KUBERNETES_SERVICE_HOST')
  const port = variable(props.env, 'KUBERNETES_SERVICE_PORT')
  const address = host.includes(':') ? `[${host}]` : host
  return new NodeTransport({
    server: `https://${address}:${port}`,
    credentials: mountedCredentials(props),
  })
}

function variable(env: InClusterProps['env'], name: string): string {
  const value = env[name]
  if (!value) throw new NotInClusterError(name)
  return value
}

/** Reads the files again after a while, once for all who ask meanwhile. */
function mountedCredentials({
  folder = '/var/run/secrets/kubernetes.io/serviceaccount',
  rereadAfterMs = 60_000,
  now = () => performance.now(),
}: InClusterProps): CredentialSource {
  let last: { readonly credentials: Promise<Credentials>; readonly atMs: number } | undefined
  return () => {
    if (last === undefined || now() - last.atMs >= rereadAfterMs) {
      const reading = { credentials: readCredentials(folder), atMs: now() }
      last = reading
      // Whoever comes after a failure reads again.
      reading.credentials.catch(() => {
        if (last === reading) last = undefined
      })
    }
    return last.credentials
  }
}

async function readCredentials(folder: string): Promise<Credentials> {
  // One after the other: of two that are missing, the error always names the same one.
  const token = await readFile(join(folder, 'token'), 'utf8')
  const certificateAuthority = await readFile(join(folder, 'ca.crt'), 'utf8')
  return { token: token.trim(), certificateAuthority }
}
