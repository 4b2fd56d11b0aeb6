import { join } from 'node:path'
import { Secret } from 'cdk8s-plus-27'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  App,
  CanaryRollout,
  ControlPlane,
  Environment,
  fixed,
  httpRepository,
  Lock,
  Namespace,
  serviceAccounts,
} from '../../constructs/index.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { SmartHttpRemote } from '../../gitops/smart-http-remote.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { auditedRequests } from '../control-plane/audit-log.ts'
import { Cluster } from '../control-plane/cluster.ts'
import { chooseCluster } from '../control-plane/cluster-choice.ts'
import { type ControlPlane as Programs, startControlPlane } from '../control-plane/control-plane.ts'
import { eventually } from '../control-plane/eventually.ts'
import { fluxDefinitions } from '../control-plane/flux-definitions.ts'
import { gatewayApiDefinitions } from '../control-plane/gateway-api.ts'
import { mayDo, tokenOf } from '../control-plane/service-account.ts'
import { builtBundle } from '../functions/bundles/built-bundle.ts'
import { bareRepository, git } from '../gitops/git.ts'
import { type GitHttpServer, gitHttpServer } from '../gitops/git-http-server.ts'
import { AUTHOR } from '../gitops/smart-http-client.ts'
import { briefPlan, type Release, releaseOn } from '../reconciler/release-fixture.ts'
import { planWith } from '../rollouts/plan-fixture.ts'
import { routed } from './canary-fixtures.ts'
import { ContainerProcess } from './container-process.ts'
import { describeRight, grantedRights } from './granted-rights.ts'
import { keptFolder } from './kept-folder.ts'
import { LOCKSTEP_IMAGE } from './singleton-fixtures.ts'

const choice = chooseCluster()

const AUDIENCE = 'lockstep'
const ROLLOUT = '/v1/rollouts/shop/checkout'
const RBAC = 'rbac.authorization.k8s.io'

/** What rollouts are seen by. */
const SEEN = ['deployments', 'horizontalpodautoscalers', 'services', 'httproutes', 'kustomizations']

const SYNCS = { workloads: 'prod-workloads-shop', traffic: 'prod-traffic-shop' }
const FLUX = 'kustomize.toolkit.fluxcd.io'

function objectsOf(url: string, home: string): readonly KubernetesObject[] {
  const app = new App({ outdir: 'unused' })
  const environment = new Environment(app, 'prod', {
    owner: 'platform-team',
    images: {},
    lockstepImage: LOCKSTEP_IMAGE,
    external: ['Gateway */*', 'Secret */*'],
  })
  const shop = new Namespace(environment, 'shop', { existing: true })
  const own = new Namespace(environment, home, { existing: true })
  new ControlPlane(own, 'lockstep', {
    locks: [new Lock(own, 'ledger')],
    authentication: [serviceAccounts({ audience: AUDIENCE })],
    handleKeys: Secret.fromSecretName(own, 'Keys', 'lockstep-keys'),
    replicas: fixed(2),
    rollouts: {
      apps: [new CanaryRollout(shop, 'checkout', routed)],
      repository: httpRepository({ url, username: 'lockstep', author: AUTHOR }),
      branch: 'deploy',
      gitCredentials: Secret.fromSecretName(own, 'Git', 'deploy-key'),
      syncs: { engine: 'flux', namespace: 'flux-system', names: Object.values(SYNCS) },
    },
  })
  return synthesizeTree(app).renderings.flatMap(({ files }) =>
    files.flatMap(({ object }) => object ?? []),
  )
}

/** What the app itself is made of is not what this is about. */
const isOfControlPlane = ({ metadata }: KubernetesObject): boolean =>
  !metadata.name.startsWith('checkout')

const isOf = (section: string, object: KubernetesObject): boolean =>
  (object.kind === 'Deployment') === (section === 'workloads')

/** The stable version of the app, as Flux leaves it, and Flux itself, which is suspended. */
function syncedByFlux(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const stable = objects.filter(
    ({ kind, metadata }) =>
      ['Deployment', 'Service'].includes(kind) && metadata.name === 'checkout',
  )
  return Object.entries(SYNCS).flatMap(([section, name]) => {
    const metadata = { name, namespace: 'flux-system' }
    const labels = { [`${FLUX}/name`]: name, [`${FLUX}/namespace`]: 'flux-system' }
    const spec = {
      suspend: true,
      interval: '10m',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'deploy' },
    }
    return [
      { apiVersion: `${FLUX}/v1`, kind: 'Kustomization', metadata, spec },
      ...stable
        .filter((object) => isOf(section, object))
        .map((object) => ({
          ...object,
          metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } },
        })),
    ]
  })
}

describe.skipIf(choice.kind !== 'binaries')('A control plane that looks at rollouts', () => {
  const bundle = builtBundle('lockstep', 'serveRollouts')
  const folder = keptFolder()
  let programs: Programs
  let cluster: Cluster
  let gitServer: GitHttpServer
  let release: Release
  let objects: readonly KubernetesObject[]
  let server: ContainerProcess
  let address: string
  let home: string
  const tokens = new Map<string, string>()

  beforeAll(async () => {
    if (choice.kind !== 'binaries') throw new Error('unreachable')
    const root = folder()
    const repository = bareRepository(join(root, 'deploy.git'))
    git(repository, 'config', 'http.receivepack', 'true')
    git(repository, 'config', 'uploadpack.allowFilter', 'true')
    gitServer = await gitHttpServer({ root, credentials: 'lockstep:secret' })
    const url = `${gitServer.url}/deploy.git`
    const credentials = { username: 'lockstep', password: 'secret' }
    const remote = new SmartHttpRemote({ url, author: AUTHOR, credentials })
    const plan = planWith({ ...briefPlan.spec, deadlineSeconds: 100 * 365 * 24 * 3600 })
    release = await releaseOn(remote, plan)
    await release.tick()
    programs = await startControlPlane(choice.binaries)
    cluster = new Cluster(async () => programs.connection)
    for (const name of ['shop', 'flux-system']) await cluster.namespace(name)
    home = await cluster.namespace()
    objects = objectsOf(url, home)
    await cluster.apply([...(await gatewayApiDefinitions()), ...(await fluxDefinitions())])
    await cluster.apply(objects.filter(isOfControlPlane))
    await cluster.apply(syncedByFlux(objects))
    await grant()
    server = await start(url)
    address = await server.process.untilSaid(/"address":"([^"]+)"/)
  }, 180_000)
  afterAll(async () => {
    await server?.remove()
    await cluster?.leave()
    await programs?.stop('drop logs')
    await gitServer?.close()
  }, 60_000)

  const user = () => `system:serviceaccount:${home}:lockstep`
  const rights = () => grantedRights(objects, { name: 'lockstep', namespace: home })

  /** Callers, and that what was granted is known to the authorizer, which reads roles from a cache. */
  async function grant(): Promise<void> {
    const verbs = ['get', 'list', 'abort']
    const metadata = { name: 'releases', namespace: 'shop' }
    const rules = [{ apiGroups: ['lockstep.dev'], resources: ['rollouts'], verbs }]
    const accounts = ['releaser', 'stranger'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: home },
    }))
    const role = { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules }
    const subjects = [{ kind: 'ServiceAccount', name: 'releaser', namespace: home }]
    const roleRef = { apiGroup: RBAC, kind: 'Role', name: 'releases' }
    const binding = { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects }
    await cluster.apply([...accounts, role, binding])
    for (const name of ['releaser', 'stranger']) {
      tokens.set(name, await tokenOf(cluster, name, { audiences: [AUDIENCE] }))
    }
    for (const { verb, group, resource, name, namespace } of rights()) {
      await eventually(
        `the server may ${verb} ${resource}`,
        () => mayDo(cluster, user(), { verb, group, resource, name, namespace }),
        (allowed) => allowed,
      )
    }
  }

  async function start(url: string): Promise<ContainerProcess> {
    const { server, certificateAuthority = '' } = programs.connection
    const { hostname, port } = new URL(server)
    const deployment = objects.find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'lockstep',
    )
    const configMap = objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('lockstep'),
    )
    const settings = Object.values((configMap?.data ?? {}) as Record<string, string>).join('')
    expect(settings).toContain(url)
    return new ContainerProcess({
      entryPoint: bundle().file,
      deployment: deployment!,
      volumes: {
        'secret-etc-lockstep-handle-keys': { keys: Buffer.alloc(32, 7).toString('base64') },
        'secret-etc-lockstep-git': { token: 'secret' },
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
        // As it is written, but for where this machine has the Secret.
        LOCKSTEP_ROLLOUTS_FILE: '',
        LOCKSTEP_ROLLOUTS: settings.replaceAll(
          '/etc/lockstep/git',
          folderOf('secret-etc-lockstep-git'),
        ),
      }),
    })
  }

  const ask = async (who: string, path: string, body?: object) => {
    const response = await fetch(`${address}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${tokens.get(who)}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: JSON.parse(await response.text()) }
  }

  it('looks at all that a rollout in flight is seen by, with every right that it has for that', async () => {
    const granted = rights()
      .filter(({ resource }) => SEEN.includes(resource))
      .map(describeRight)
    expect(granted).toHaveLength(10)
    const used = await eventually(
      'it has looked at all of it',
      async () => {
        const requests = await auditedRequests(programs.folder, user())
        return new Set(requests.map(describeRight))
      },
      (seen) => granted.every((right) => seen.has(right)),
      60,
      (seen) => [...seen],
    )
    for (const right of used) expect(rights().map(describeRight)).toContain(right)
  })

  it('lets people do what RBAC lets them, and says who they were', async () => {
    expect(await ask('releaser', ROLLOUT)).toMatchObject({
      status: 200,
      body: { rollout: { stage: { phase: 'progressing' } } },
    })
    for (const [who, path] of [
      ['stranger', `${ROLLOUT}/abort`],
      ['releaser', `${ROLLOUT}/pause`],
    ] as const) {
      const refused = await ask(who, path, { reason: 'x' })
      expect(refused).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } })
    }
    const aborted = await ask('releaser', `${ROLLOUT}/abort`, { reason: 'enough' })
    expect(aborted).toMatchObject({ status: 200, body: { action: 'abort' } })
    const { body } = await ask('releaser', ROLLOUT)
    expect(body.history[0].changes[0]).toMatchObject({
      actor: `system:serviceaccount:${home}:releaser`,
    })
  })

  it('was refused nothing', async () => {
    const requests = await auditedRequests(programs.folder, user())
    expect(requests.filter(({ status }) => status === 401 || status === 403)).toEqual([])
  })

  it('ends well when its pod is told to', async () => {
    server.process.signal('SIGTERM')
    expect(await server.process.ended).toBe(0)
  })
})
