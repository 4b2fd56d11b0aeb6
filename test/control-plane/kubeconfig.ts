import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { load } from 'js-yaml'
import type { Connection } from './connection.ts'

/** A kubeconfig says something that cannot be read, or that the tests cannot do. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError'
  readonly code = 'KUBECONFIG'

  constructor(file: string, problem: string) {
    super(`Kubeconfig ${file} ${problem}`)
  }
}

interface Kubeconfig {
  readonly 'current-context'?: string
  readonly contexts?: readonly { name: string; context: { cluster: string; user: string } }[]
  readonly clusters?: readonly { name: string; cluster: Record<string, string> }[]
  readonly users?: readonly { name: string; user: Record<string, string> }[]
}

/**
 * The connection of a kubeconfig's current context, with certificates and tokens, inline or as
 * files; programs that fetch credentials are not run.
 *
 * @throws {KubeconfigError}
 */
export async function readKubeconfig(file: string): Promise<Connection> {
  const config = (load(await readFile(file, 'utf8')) ?? {}) as Kubeconfig
  const current = config['current-context']
  const context = config.contexts?.find(({ name }) => name === current)?.context
  const cluster = config.clusters?.find(({ name }) => name === context?.cluster)?.cluster
  const user = config.users?.find(({ name }) => name === context?.user)?.user
  if (cluster?.server === undefined || user === undefined) {
    throw new KubeconfigError(file, `has no server and user for its current context '${current}'`)
  }
  const folder = dirname(file)
  const connection: Connection = {
    server: cluster.server,
    certificateAuthority: await inlineOrFile(cluster, 'certificate-authority', folder),
    token: user.token ?? (await content(user.tokenFile, folder))?.trim(),
    clientCertificate: await inlineOrFile(user, 'client-certificate', folder),
    clientKey: await inlineOrFile(user, 'client-key', folder),
  }
  if (connection.token === undefined && connection.clientKey === undefined) {
    throw new KubeconfigError(file, 'has neither a token nor a client certificate for its user')
  }
  return connection
}

/** For `kubectl` and the other programs of a control plane. JSON is YAML too. */
export function writeKubeconfig(connection: Connection): string {
  const base64 = (pem: string | undefined) => pem && Buffer.from(pem).toString('base64')
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lockstep',
    contexts: [{ name: 'lockstep', context: { cluster: 'lockstep', user: 'admin' } }],
    clusters: [
      {
        name: 'lockstep',
        cluster: {
          server: connection.server,
          'certificate-authority-data': base64(connection.certificateAuthority),
        },
      },
    ],
    users: [
      {
        name: 'admin',
        user: {
          token: connection.token,
          'client-certificate-data': base64(connection.clientCertificate),
          'client-key-data': base64(connection.clientKey),
        },
      },
    ],
  })
}

async function inlineOrFile(
  fields: Readonly<Record<string, string>>,
  field: string,
  folder: string,
): Promise<string | undefined> {
  const inline = fields[`${field}-data`]
  return inline === undefined
    ? content(fields[field], folder)
    : Buffer.from(inline, 'base64').toString()
}

/** Paths in a kubeconfig are relative to the file. */
const content = async (path: string | undefined, folder: string): Promise<string | undefined> =>
  path === undefined ? undefined : readFile(resolve(folder, path), 'utf8')
