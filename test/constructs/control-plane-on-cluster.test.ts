import { randomBytes, randomUUID } from 'node:crypto'
import { Secret } from 'cdk8s-plus-27'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ControlPlane, Lock, Namespace, serviceAccounts } from '../../constructs/index.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { auditedRequests } from '../control-plane/audit-log.ts'
import { Cluster } from '../control-plane/cluster.ts'
import { chooseCluster } from '../control-plane/cluster-choice.ts'
import { connect } from '../control-plane/connected-client.ts'
import { type ControlPlane as Programs, startControlPlane } from '../control-plane/control-plane.ts'
import { eventually } from '../control-plane/eventually.ts'
import { mayDo, tokenOf } from '../control-plane/service-account.ts'
import { builtBundle } from '../functions/bundles/built-bundle.ts'
import { ContainerProcess } from './container-process.ts'
import { describeRight, grantedRights } from './granted-rights.ts'
import { objectsIn } from './singleton-fixtures.ts'

const choice = chooseCluster()

const AUDIENCE = 'lockstep-locks'
const RBAC = 'rbac.authorization.k8s.io'
const FLOWS = '/apis/flowcontrol.apiserver.k8s.io/v1'

/** Verbs on locks, of whoever calls. */
const CALLERS: Readonly<Record<string, readonly string[]>> = {
  worker: ['hold', 'read'],
  operator: ['break', 'read'],
  stranger: [],
}

/*
 * On an API server of its own, whose audit log tells what the account of the servers has asked for: all
 * that it is granted, and nothing that it is not.
 */
describe.skipIf(choice.kind !== 'binaries')('A control plane, as real processes', () => {
  const entryPoint = builtBundle('lockstep', 'serve')
  const handleKey = randomBytes(32).toString('base64')
  const servers: ContainerProcess[] = []
  const addresses: string[] = []
  const tokens: Record<string, string> = {}
  let programs: Programs
  let cluster: Cluster
  let namespace: string
  let objects: readonly KubernetesObject[]
  let user: string

  beforeAll(async () => {
    if (choice.kind !== 'binaries') throw new Error('unreachable')
    programs = await startControlPlane(choice.binaries)
    cluster = new Cluster(async () => programs.connection)
    namespace = await cluster.namespace()
    await cluster.namespace('books')
    objects = objectsIn(namespace, (shop) => {
      const books = new Namespace(shop.environment, 'books', { existing: true })
      new ControlPlane(shop, 'lockstep', {
        locks: [new Lock(books, 'ledger'), new Lock(shop, 'import', { slots: 2 })],
        authentication: [serviceAccounts({ audience: AUDIENCE })],
        handleKeys: Secret.fromSecretName(shop, 'Keys', 'lockstep-keys'),
      })
    })
    await cluster.apply(objects)
    await cluster.apply(Object.entries(CALLERS).flatMap(caller))
    user = `system:serviceaccount:${namespace}:lockstep`
    for (const { verb, group, resource, name, namespace } of granted()) {
      await eventually(
        `the servers may ${verb} ${resource}`,
        () => mayDo(cluster, user, { verb, group, resource, name, namespace }),
        (allowed) => allowed,
      )
    }
    for (const name of Object.keys(CALLERS)) {
      tokens[name] = await tokenOf(cluster, name, { audiences: [AUDIENCE] })
    }
    tokens.elsewhere = await tokenOf(cluster, 'worker')
    for (let replica = 0; replica < deployment().replicas; replica++) {
      servers.push(await startServer())
    }
    for (const { process } of servers) {
      addresses.push(await process.untilSaid(/"address":"([^"]+)"/))
    }
  }, 180_000)

  afterAll(async () => {
    for (const server of servers) await server.remove()
    await cluster?.leave()
    await programs?.stop('drop logs')
  }, 60_000)

  const granted = () => grantedRights(objects, { name: 'lockstep', namespace })

  const deployment = () => {
    const manifest = objects.find(({ kind }) => kind === 'Deployment')!
    return { manifest, replicas: (manifest.spec as { replicas: number }).replicas }
  }

  async function startServer(): Promise<ContainerProcess> {
    const { server, certificateAuthority = '' } = programs.connection
    const { hostname, port } = new URL(server)
    return new ContainerProcess({
      entryPoint: entryPoint().file,
      deployment: deployment().manifest,
      volumes: {
        'secret-etc-lockstep-handle-keys': { keys: handleKey },
        'kubernetes-api': {
          token: await tokenOf(cluster, 'lockstep'),
          'ca.crt': certificateAuthority,
        },
      },
      env: (folderOf) => ({
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
        LOCKSTEP_SERVICE_ACCOUNT_FOLDER: folderOf('kubernetes-api'),
        LOCKSTEP_LISTEN: '127.0.0.1:0',
      }),
    })
  }

  const caller = ([name, verbs]: readonly [string, readonly string[]]) => {
    const account = { name, namespace }
    const role = { name: `${name}-of-locks` }
    const rules = [{ apiGroups: ['lockstep.dev'], resources: ['locks'], verbs }]
    return [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
      ...(verbs.length === 0
        ? []
        : [
            { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: role, rules },
            {
              apiVersion: `${RBAC}/v1`,
              kind: 'ClusterRoleBinding',
              metadata: role,
              roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role.name },
              subjects: [{ kind: 'ServiceAccount', ...account }],
            },
          ]),
    ]
  }

  let asked = 0
  /** Asks one server after the other, as a Service does. */
  async function ask(
    method: string,
    path: string,
    {
      as = 'worker',
      body,
      headers = {},
    }: {
      readonly as?: string | undefined
      readonly body?: object
      readonly headers?: Readonly<Record<string, string>>
    } = {},
  ) {
    const response = await fetch(`${addresses[asked++ % addresses.length]}${path}`, {
      method,
      headers: {
        ...(tokens[as] !== undefined && { authorization: `Bearer ${tokens[as]}` }),
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

  it('is ready, with the rights that it has', async () => {
    for (const _ of addresses) expect((await ask('GET', '/readyz')).status).toBe(200)
  })

  describe.each([
    ['ledger', () => 'books', 1],
    ['import', () => namespace, 2],
  ] as const)('serves the lock %s', (name, namespaceOf, slots) => {
    const lock = () => `/v1/locks/${namespaceOf()}/${name}`
    const newHold = () => `${lock()}/holds/${randomUUID()}`
    const handle = (handle: string) => ({ headers: { 'lock-token': handle } })

    const untilWatched = (lease: string) =>
      eventually(
        `a server watches ${lease}`,
        () => auditedRequests(programs.folder, user),
        (requests) => requests.some(({ verb, name }) => verb === 'watch' && name === lease),
        60,
        (requests) => requests.slice(-5),
      )

    async function hold() {
      const path = newHold()
      const held = await ask('PUT', path, { body: { slots } })
      expect(held.status).toBe(201)
      return { path, handle: held.body.handle as string, number: BigInt(held.body.number) }
    }

    it('to holders, each slot once, by whichever server', async () => {
      const holds = await Promise.all(Array.from({ length: slots }, hold))
      for (const { path, handle: first } of holds) {
        expect((await ask('PUT', path, { body: { slots } })).status).toBe(200)
        const renewed = await ask('POST', `${path}/renew`, handle(first))
        expect(renewed.status).toBe(200)
        expect((await ask('PUT', newHold(), { body: { slots } })).status).toBe(423)
      }
      for (const { path, handle: first } of holds) {
        expect((await ask('DELETE', path, handle(first))).status).toBe(204)
      }
    })

    it('to those who wait in line, and tells those who watch', async () => {
      const holds = await Promise.all(Array.from({ length: slots }, hold))
      const next = newHold()
      const known = await ask('GET', `${lock()}?slots=${slots}`)
      const watching = ask('GET', `${lock()}?slots=${slots}&wait=60s`, {
        headers: { 'if-none-match': known.tag },
      })
      for (const lease of [name, `${name}.queue`, `${name}.runs`]) await untilWatched(lease)
      const waiting = ask('PUT', next, { body: { slots, waitSeconds: 30 } })
      expect(await watching).toMatchObject({ status: 200, body: { waiting: 1 } })
      for (const { path, handle: first } of holds) {
        expect((await ask('DELETE', path, handle(first))).status).toBe(204)
      }
      const held = await waiting
      expect(held.status).toBe(201)
      expect((await ask('DELETE', next, handle(held.body.handle))).status).toBe(204)
    })

    it('to an operator, who breaks a hold', async () => {
      const { path, handle: first } = await hold()
      const reason = { reason: 'it hangs', atOnce: true, slots }
      expect((await ask('POST', `${path}/break`, { body: reason })).status).toBe(403)
      const broken = await ask('POST', `${path}/break`, { as: 'operator', body: reason })
      expect(broken.status).toBe(202)
      expect(await ask('POST', `${path}/renew`, handle(first))).toMatchObject({
        status: 410,
        body: { code: 'HOLD_LOST' },
      })
    })

    it('to nobody else', async () => {
      expect(await ask('PUT', newHold(), { as: 'stranger', body: {} })).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN' },
      })
      for (const as of ['elsewhere', 'nobody']) {
        expect(await ask('PUT', newHold(), { as, body: {} })).toMatchObject({
          status: 401,
          body: { code: 'UNAUTHENTICATED' },
        })
      }
    })

    it('says that it has fewer slots than somebody takes it to have', async () => {
      expect(await ask('PUT', newHold(), { body: { slots: slots + 1 } })).toMatchObject({
        status: 409,
        body: { code: 'PARAMETERS_CONFLICT' },
      })
    })

    it('for what is run once', async () => {
      const run = `/v1/runs/${namespaceOf()}/${name}/2026-11-26`
      const begun = await ask('PUT', run, { body: { hold: randomUUID() } })
      expect(begun.status).toBe(201)
      const ended = await ask('PATCH', run, {
        body: { status: 'succeeded', result: { rows: 3 } },
        ...handle(begun.body.hold.handle),
      })
      expect(ended.status).toBe(200)
      expect(await ask('PUT', run, { body: { hold: randomUUID() } })).toMatchObject({
        status: 200,
        body: { run: { result: { rows: 3 } } },
      })
    })
  })

  it('lists its locks, and knows no others', async () => {
    const listed = async (path: string) =>
      (await ask('GET', path)).body.locks.map(({ name }: { name: string }) => name)
    expect(await listed('/v1/locks')).toEqual(['ledger', 'import'])
    expect(await listed('/v1/locks/books')).toEqual(['ledger'])
    const other = `/v1/locks/books/undeclared/holds/${randomUUID()}`
    expect(await ask('PUT', other, { body: {} })).toMatchObject({
      status: 404,
      body: { code: 'LOCK_NOT_DECLARED' },
    })
  })

  it('uses every right that it has, and is refused nothing', async () => {
    const requests = await auditedRequests(programs.folder, user)
    const refused = requests.filter(({ status }) => status === 401 || status === 403)
    expect(refused).toEqual([])
    const used = new Set(requests.map(describeRight))
    expect([...used].sort()).toEqual([...new Set(granted().map(describeRight))].sort())
  })

  it('has a level of its own in flow control, whatever it asks for', async () => {
    const own = connect({ ...programs.connection, token: await tokenOf(cluster, 'lockstep') })
    const uidOf = async (resource: string) => {
      const path = `${FLOWS}/${resource}/lockstep.${namespace}.lockstep.dev`
      const { body } = await cluster.send({ path })
      return (body as { metadata: { uid: string } }).metadata.uid
    }
    try {
      const expected = {
        level: await uidOf('prioritylevelconfigurations'),
        schema: await uidOf('flowschemas'),
      }
      for (const path of [
        '/apis/coordination.k8s.io/v1/namespaces/books/leases/ledger',
        '/api/v1/namespaces/kube-system',
      ]) {
        const { headers } = await own.client.call({ path })
        expect({
          level: headers.get('x-kubernetes-pf-prioritylevel-uid'),
          schema: headers.get('x-kubernetes-pf-flowschema-uid'),
        }).toEqual(expected)
      }
    } finally {
      own.transport.close()
    }
  })

  it('ends well when its pods are told to', async () => {
    for (const { process } of servers) process.signal('SIGTERM')
    for (const { process } of servers) expect(await process.ended).toBe(0)
  })
})
