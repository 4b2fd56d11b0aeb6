import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiClient } from './api-client.ts'
import type { Connection } from './connection.ts'
import { freePort } from './free-port.ts'
import { ProgramError } from './program-error.ts'
import { SupervisedProcess } from './supervised-process.ts'

const PORT_ATTEMPTS = 5
const READY_WITHIN_MS = 60_000
const POLL_MS = 25

export interface ApiServer {
  readonly process: SupervisedProcess
  /** As a cluster admin. */
  readonly connection: Connection
}

export interface StartApiServerProps {
  readonly etcdAddress: string
  /** Ends the start when it can no longer succeed. */
  readonly signal?: AbortSignal
  /**
   * @default freePort
   */
  readonly choosePort?: () => Promise<number>
  /** One that has ended, of the same folder: it is started again as it was. @default a new one */
  readonly again?: Connection
}

/**
 * An API server with RBAC, the admission plugins of a default cluster and an audit log, that knows
 * one admin by a token and makes its own certificate. All of them are of this run only.
 *
 * @throws {ProgramError}
 */
export async function startApiServer(
  binary: string,
  folder: string,
  { etcdAddress, signal, choosePort = freePort, again }: StartApiServerProps,
): Promise<ApiServer> {
  const token = again?.token ?? randomBytes(24).toString('hex')
  if (again === undefined) await writeRunFiles(folder, token)
  for (let attempt = 1; ; attempt++) {
    const port = again === undefined ? await choosePort() : Number(new URL(again.server).port)
    const args = apiServerArguments(folder, etcdAddress, port)
    const process = await SupervisedProcess.start('kube-apiserver', binary, args, folder)
    try {
      const connection = await whenReady({ process, folder, port, token, signal })
      return { process, connection }
    } catch (error) {
      await process.stop()
      // Somebody took the port between our choice and the API server's bind.
      const portTaken = (await process.lastWords()).includes('address already in use')
      if (!portTaken || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

async function writeRunFiles(folder: string, token: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const auditPolicy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata' }],
  }
  const files = {
    'service-account.key': privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
    'tokens.csv': `${token},admin,admin,"system:masters"\n`,
    'audit-policy.yaml': JSON.stringify(auditPolicy),
  }
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content, { mode: 0o600 })
  }
}

const apiServerArguments = (folder: string, etcdAddress: string, port: number): string[] => [
  `--etcd-servers=${etcdAddress}`,
  '--bind-address=127.0.0.1',
  `--secure-port=${port}`,
  `--cert-dir=${join(folder, 'certificates')}`,
  '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
  `--service-account-key-file=${join(folder, 'service-account.key')}`,
  `--service-account-signing-key-file=${join(folder, 'service-account.key')}`,
  `--token-auth-file=${join(folder, 'tokens.csv')}`,
  '--authorization-mode=RBAC',
  '--service-cluster-ip-range=10.0.0.0/24',
  '--allow-privileged',
  // Pods leave a node that is lost after seconds, not after the five minutes of a real cluster.
  '--default-not-ready-toleration-seconds=3',
  '--default-unreachable-toleration-seconds=3',
  `--audit-policy-file=${join(folder, 'audit-policy.yaml')}`,
  `--audit-log-path=${join(folder, 'audit.log')}`,
]

interface WhenReadyProps {
  readonly process: SupervisedProcess
  readonly folder: string
  readonly port: number
  readonly token: string
  readonly signal: AbortSignal | undefined
}

async function whenReady(props: WhenReadyProps): Promise<Connection> {
  const { process, folder, port, token, signal } = props
  let endedAs: string | undefined
  void process.ended.then((how) => {
    endedAs = how
  })
  const deadline = performance.now() + READY_WITHIN_MS
  let lastSeen = 'no certificate yet'
  while (performance.now() < deadline) {
    signal?.throwIfAborted()
    if (endedAs !== undefined) {
      throw await ProgramError.of(process, `ended with ${endedAs} before it was ready`)
    }
    const certificateAuthority = await certificateOf(folder)
    if (certificateAuthority !== undefined) {
      const connection = { server: `https://127.0.0.1:${port}`, certificateAuthority, token }
      lastSeen = await readiness(connection)
      if (lastSeen === 'ok') return connection
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  const why = `was not ready within ${READY_WITHIN_MS / 1000} s (last answer: ${lastSeen})`
  throw await ProgramError.of(process, why)
}

/** The certificate that the API server made for itself, followed by that of its authority. */
async function certificateOf(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, 'certificates', 'apiserver.crt'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function readiness(connection: Connection): Promise<string> {
  const client = new ApiClient(connection)
  try {
    const { status, body } = await client.send({
      path: '/readyz',
      signal: AbortSignal.timeout(1_000),
    })
    return status === 200 ? 'ok' : `${status} ${String(body).slice(-200)}`
  } catch (error) {
    // Refused, reset, a half-written certificate, or silence from whoever else has the port.
    return error instanceof Error ? error.message : String(error)
  } finally {
    client.close()
  }
}
