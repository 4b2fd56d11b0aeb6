import { randomBytes } from 'node:crypto'
import { Secret } from 'cdk8s-plus-27'
import { ControlPlane, Lock, Namespace, serviceAccounts } from '../../constructs/index.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { type AuditedRequest, auditedRequests } from '../control-plane/audit-log.ts'
import { Cluster } from '../control-plane/cluster.ts'
import type { Connection } from '../control-plane/connection.ts'
import { type ControlPlane as Programs, startControlPlane } from '../control-plane/control-plane.ts'
import { eventually } from '../control-plane/eventually.ts'
import type { ApiBinaries } from '../control-plane/programs.ts'
import { mayDo, tokenOf } from '../control-plane/service-account.ts'
import { ContainerProcess } from './container-process.ts'
import { grantedRights, type Right } from './granted-rights.ts'
import { objectsIn } from './singleton-fixtures.ts'

const NAME = 'lockstep'
const AUDIENCE = 'lockstep-locks'
const RBAC = 'rbac.authorization.k8s.io'

/** Verbs on locks, of whoever calls. */
const CALLERS: Readonly<Record<string, readonly string[]>> = {
  worker: ['hold', 'read'],
  operator: ['break', 'read'],
  stranger: [],
}

/** Whose token a request carries. `elsewhere`: one of the worker that is for the API server. */
export type Caller = 'worker' | 'operator' | 'stranger' | 'elsewhere' | 'nobody'

export interface Question {
  readonly as?: Caller
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly tag: string
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it looks at
  readonly body: any
}

/**
 * What a `ControlPlane` emits, on an API server of its own, and each pod of its Deployment as a process
 * with the rights of its account. It serves `ledger` of the namespace `books`, and `import` of its own,
 * which has two slots.
 */
export class RunningControlPlane {
  readonly cluster: Cluster
  readonly namespace: string
  /** Of the servers, to the API server. */
  readonly user: string
  readonly servers: ContainerProcess[] = []
  readonly #programs: Programs
  readonly #objects: readonly KubernetesObject[]
  readonly #tokens = new Map<string, string>()
  readonly #addresses: string[] = []
  #asked = 0

  private constructor(programs: Programs, cluster: Cluster, namespace: string) {
    this.#programs = programs
    this.cluster = cluster
    this.namespace = namespace
    this.user = `system:serviceaccount:${namespace}:${NAME}`
    this.#objects = objectsIn(namespace, controlPlane)
  }

  /** @param entryPoint what the image runs */
  static async start(binaries: ApiBinaries, entryPoint: string): Promise<RunningControlPlane> {
    const programs = await startControlPlane(binaries)
    const cluster = new Cluster(async () => programs.connection)
    const namespace = await cluster.namespace()
    await cluster.namespace('books')
    const running = new RunningControlPlane(programs, cluster, namespace)
    await running.#apply()
    await running.#startServers(entryPoint)
    return running
  }

  get connection(): Connection {
    return this.#programs.connection
  }

  get replicas(): number {
    return (this.#deployment.spec as { readonly replicas: number }).replicas
  }

  /** What the servers may do, as it was emitted. */
  get granted(): readonly Right[] {
    return grantedRights(this.#objects, { name: NAME, namespace: this.namespace })
  }

  /** What the servers have asked of the API server. */
  requests(): Promise<readonly AuditedRequest[]> {
    return auditedRequests(this.#programs.folder, this.user)
  }

  /** Asks one server after the other, as a Service does. */
  async ask(
    method: string,
    path: string,
    { as = 'worker', body, headers = {} }: Question = {},
  ): Promise<Answer> {
    const token = this.#tokens.get(as)
    const address = this.#addresses[this.#asked++ % this.#addresses.length]
    const response = await fetch(`${address}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      tag: response.headers.get('etag') ?? '',
      body: text === '' ? undefined : JSON.parse(text),
    }
  }

  /** As an account that can do what the servers can. */
  ownToken(): Promise<string> {
    return tokenOf(this.cluster, NAME)
  }

  async stop(): Promise<void> {
    for (const server of this.servers) await server.remove()
    await this.cluster.leave()
    await this.#programs.stop('drop logs')
  }

  get #deployment(): KubernetesObject {
    return this.#objects.find(({ kind }) => kind === 'Deployment')!
  }

  async #apply(): Promise<void> {
    const { cluster, namespace, user } = this
    await cluster.apply(this.#objects)
    for (const [name, verbs] of Object.entries(CALLERS)) {
      await cluster.apply(callerObjects({ name, namespace }, verbs))
      this.#tokens.set(name, await tokenOf(cluster, name, { audiences: [AUDIENCE] }))
    }
    this.#tokens.set('elsewhere', await tokenOf(cluster, 'worker'))
    // The authorizer reads roles from a cache.
    for (const { verb, group, resource, name, namespace } of this.granted) {
      await eventually(
        `the servers may ${verb} ${resource}`,
        () => mayDo(cluster, user, { verb, group, resource, name, namespace }),
        (allowed) => allowed,
      )
    }
  }

  async #startServers(entryPoint: string): Promise<void> {
    const keys = randomBytes(32).toString('base64')
    for (let replica = 0; replica < this.replicas; replica++) {
      this.servers.push(await this.#startServer(entryPoint, keys))
    }
    for (const { process } of this.servers) {
      this.#addresses.push(await process.untilSaid(/"address":"([^"]+)"/))
    }
  }

  async #startServer(entryPoint: string, keys: string): Promise<ContainerProcess> {
    const { server, certificateAuthority = '' } = this.connection
    const { hostname, port } = new URL(server)
    return new ContainerProcess({
      entryPoint,
      deployment: this.#deployment,
      volumes: {
        'secret-etc-lockstep-handle-keys': { keys },
        'kubernetes-api': { token: await this.ownToken(), 'ca.crt': certificateAuthority },
      },
      env: (folderOf) => ({
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
        LOCKSTEP_SERVICE_ACCOUNT_FOLDER: folderOf('kubernetes-api'),
        // The pods of a machine that is not theirs alone cannot all have the same port.
        LOCKSTEP_LISTEN: '127.0.0.1:0',
      }),
    })
  }
}

function controlPlane(shop: Namespace): void {
  const books = new Namespace(shop.environment, 'books', { existing: true })
  new ControlPlane(shop, NAME, {
    locks: [new Lock(books, 'ledger'), new Lock(shop, 'import', { slots: 2 })],
    authentication: [serviceAccounts({ audience: AUDIENCE })],
    handleKeys: Secret.fromSecretName(shop, 'Keys', 'lockstep-keys'),
  })
}

function callerObjects(
  account: { readonly name: string; readonly namespace: string },
  verbs: readonly string[],
) {
  const metadata = { name: `${account.name}-of-locks` }
  const rules = [{ apiGroups: ['lockstep.dev'], resources: ['locks'], verbs }]
  const serviceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }
  if (verbs.length === 0) return [serviceAccount]
  return [
    serviceAccount,
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
  ]
}
