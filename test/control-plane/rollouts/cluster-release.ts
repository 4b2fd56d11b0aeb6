import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Duration } from 'cdk8s'
import {
  CanaryRollout,
  type CanaryRolloutProps,
  Environment,
  fixed,
  gatewayApi,
  Namespace,
} from '../../../constructs/index.ts'
import { GitCommandRemote } from '../../../gitops/git-command-remote.ts'
import { at, items } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import type { Rendering } from '../../../manifests/rendering.ts'
import { type ActResult, actOnRollout } from '../../../reconciler/act-on-rollout.ts'
import type { Place } from '../../../reconciler/commit-moves.ts'
import { KubernetesLiveState } from '../../../reconciler/kubernetes-live-state.ts'
import type { Look } from '../../../reconciler/look-at-app.ts'
import { rolloutStates } from '../../../reconciler/rollout-states.ts'
import { type TickProps, type TickResult, tick } from '../../../reconciler/tick.ts'
import type { RolloutRequest } from '../../../rollouts/acts.ts'
import { NO_ROLLOUT_YET, type RecordSpec } from '../../../rollouts/record.ts'
import { IMAGE, minimal } from '../../constructs/fixtures.ts'
import { GIT_ENV, git } from '../../gitops/git.ts'
import { isRolledOut } from '../behaviour/conditions.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { type ConnectedClient, connect } from '../connected-client.ts'
import { eventually, NeverHappenedError } from '../eventually.ts'
import { askProxy } from '../gateway/ask-proxy.ts'
import { HttpBackend } from '../gateway/http-backend.ts'
import { ProxyMetrics } from '../gateway/proxy-metrics.ts'
import { ReadyEndpoints } from '../gateway/ready-endpoints.ts'
import { SteadyTraffic } from '../gateway/steady-traffic.ts'
import { gatewayApiDefinitions } from '../gateway-api.ts'
import { GatewayStandIn } from '../gateway-stand-in.ts'
import type { Flux } from '../gitops/flux.ts'
import { deploymentOf, syncedEnvironment } from '../gitops/synced-apps.ts'
import { applyServiceAccount, tokenOf } from '../service-account.ts'

export interface ClusterReleaseProps {
  readonly cluster: ClusterWithNodes
  readonly flux: Flux
  /** A folder of the test. */
  readonly folder: string
  /** What is different about the app. */
  readonly app?: Partial<CanaryRolloutProps>
  /**
   * Whether requests reach it through the gateway.
   *
   * @default true
   */
  readonly isRouted?: boolean
  /** What is different about its sync. */
  readonly sync?: SyncProps
  /**
   * Longest time to wait for something that a push leads to.
   *
   * @default 150
   */
  readonly patienceSeconds?: number
}

export type SyncProps = NonNullable<Parameters<typeof syncedEnvironment>[2]>

const HOST = 'checkout.example.com'

/** Two short steps, judged by nobody, of pods that count as soon as they are ready. */
const BRIEF: CanaryRolloutProps = {
  ...minimal,
  replicas: fixed(3),
  rollingUpdate: { minReadySeconds: 1 },
  steps: [
    { weight: 20, hold: Duration.seconds(1) },
    { weight: 80, hold: Duration.seconds(1) },
  ],
  analysis: [],
}

/** By a gateway that is fast. */
const ROUTED: Pick<CanaryRolloutProps, 'traffic'> = {
  traffic: gatewayApi({ gateway: 'public', hostname: HOST, settle: Duration.seconds(1) }),
}

/** A look is many processes of Git, on a machine that has a cluster to run. */
const LOOK_EVERY_MS = 250

const DEFAULT_PATIENCE_SECONDS = 150
const DAY_SECONDS = 24 * 60 * 60

/**
 * An app with a canary on a real control plane, released by the real kustomize-controller from a real
 * repository, by ticks that see the cluster through rights of their own. Requests go on all the time,
 * through the gateway stand-in to a process for each track, as long as that has a ready pod.
 */
export class ClusterRelease implements AsyncDisposable {
  readonly namespace: string
  readonly place: Place
  readonly gateway: GatewayStandIn
  readonly metrics: ProxyMetrics
  readonly traffic: SteadyTraffic
  readonly patienceSeconds: number
  /** What ticks have done, in order. */
  readonly actions: string[] = []
  /** What the last tick has seen of the app; absent if there was nothing to look at. */
  seen: Look | undefined
  readonly #props: ClusterReleaseProps
  readonly #remote: GitCommandRemote
  readonly #watcher: ConnectedClient
  readonly #backends: readonly HttpBackend[]
  readonly #live: KubernetesLiveState

  private constructor(
    props: ClusterReleaseProps,
    parts: {
      readonly remote: GitCommandRemote
      readonly watcher: ConnectedClient
      readonly gateway: GatewayStandIn
      readonly backends: readonly HttpBackend[]
    },
  ) {
    this.#props = props
    this.namespace = props.flux.namespace
    this.patienceSeconds = props.patienceSeconds ?? DEFAULT_PATIENCE_SECONDS
    this.#remote = parts.remote
    this.#watcher = parts.watcher
    this.#backends = parts.backends
    this.#live = new KubernetesLiveState({ client: parts.watcher.client })
    this.place = { remote: parts.remote, branch: 'deploy', environment: 'prod' }
    this.gateway = parts.gateway
    this.metrics = new ProxyMetrics(parts.gateway.proxy)
    this.traffic = new SteadyTraffic(parts.gateway.proxy.port, HOST)
  }

  /** Resolves when the first version is stable and answers requests. */
  static async begin(props: ClusterReleaseProps): Promise<ClusterRelease> {
    const { cluster, flux, folder, patienceSeconds = DEFAULT_PATIENCE_SECONDS } = props
    await cluster.apply(await gatewayApiDefinitions())
    const backends = [await HttpBackend.start('stable'), await HttpBackend.start('canary')] as const
    const gateway = await startGateway(cluster, flux.namespace, backends)
    const watcher = await watcherOf(cluster, flux)
    const remote = await openRemote(flux, folder, 'looks')
    const first = renderingOf(props, '1.4.2')
    await flux.sync(first.kustomizations)
    await flux.publish(first.rendering)
    await cluster.until(deploymentOf(flux.namespace, 'checkout'), isRolledOut, patienceSeconds)
    if (props.isRouted !== false) {
      await eventually(
        'stable answers',
        () => askProxy(gateway.proxy.port, HOST),
        ({ body }) => body === 'stable',
      )
    }
    return new ClusterRelease(props, { remote, watcher, gateway, backends })
  }

  /** What `lockstep publish` would write of a version. */
  rendering(version: string): Rendering {
    return renderingOf(this.#props, version).rendering
  }

  async publish(version: string): Promise<void> {
    await this.#props.flux.publish(this.rendering(version))
  }

  /** The branch, for somebody who looks at the same time. */
  async anotherPlace(): Promise<Place & AsyncDisposable> {
    const { flux, folder } = this.#props
    const remote = await openRemote(flux, folder, 'others-looks')
    return { ...this.place, remote, [Symbol.asyncDispose]: () => remote.close() }
  }

  /** What a person asks for, on the branch. */
  act(request: RolloutRequest): Promise<ActResult> {
    return actOnRollout({
      place: this.place,
      app: `${this.namespace}/checkout`,
      request,
      actor: { name: 'alice@example.com', proof: 'git' },
      now: Date.now,
    })
  }

  /** One look. Whoever looks at the same time has a remote of its own. */
  async tick({ place = this.place, now = Date.now }: Partial<TickProps> = {}): Promise<TickResult> {
    const { metrics } = this
    const result = await tick({ place, now, metrics, live: this.#live })
    const { looks, broken, commits } = result
    if (broken[0] !== undefined) throw new Error(broken[0].problem)
    this.seen = looks[0]
    this.actions.push(...commits.flatMap(({ moves }) => moves.map(({ move }) => move.action)))
    return result
  }

  /**
   * Looks until the record is as it should be.
   *
   * @throws {NeverHappenedError} with what was waited for last
   */
  async until(
    what: string,
    isDone: (record: RecordSpec) => boolean | Promise<boolean>,
  ): Promise<void> {
    const deadline = performance.now() + this.patienceSeconds * 1000
    let known = await this.#recordOnBranch()
    while (!(await isDone(known.record))) {
      if (performance.now() > deadline) {
        const { actions, seen } = this
        const last = { actions, decision: seen?.decision, problem: seen?.problem }
        throw new NeverHappenedError(what, this.patienceSeconds, last)
      }
      const { tip, commits } = await this.tick()
      await sleep(LOOK_EVERY_MS)
      const isAsKnown = tip === known.commit && commits.length === 0
      if (!isAsKnown) known = await this.#recordOnBranch()
    }
  }

  untilRest(): Promise<void> {
    return this.until('nothing is in flight', ({ rollout, queued }) => !rollout && !queued)
  }

  /** Looks until a step is live, and gives since when. */
  async untilLive(): Promise<number> {
    const liveSince = (): number | undefined => {
      // What was looked at, not what that look has made of it.
      const stage = this.seen?.app.record.spec.rollout?.stage
      const isLive = stage?.phase === 'progressing' && stage.part === 'live'
      return isLive ? this.seen?.observation?.traffic.liveSinceMs : undefined
    }
    await this.until('the traffic of a step is live', () => liveSince() !== undefined)
    return liveSince() ?? Number.NaN
  }

  async record(): Promise<RecordSpec> {
    return (await this.#recordOnBranch()).record
  }

  /** What commits of the branch have done about rollouts, in order, as `git log` tells. */
  history(): readonly string[] {
    const format = '--format=%(trailers:key=Lockstep-Step-Action,valueonly)'
    const log = git(this.#props.flux.repository, 'log', '--reverse', format, 'deploy')
    return log.split('\n').filter((line) => line !== '')
  }

  /** What the last look waits for. */
  get reasons(): readonly string[] {
    const decision = this.seen?.decision
    return decision?.kind === 'wait' ? decision.reasons : []
  }

  /** The canary's share in the live route. */
  async weight(): Promise<unknown> {
    const rules = items(at(await this.live('HTTPRoute', 'checkout'), 'spec', 'rules'))
    return at(items(at(rules.at(-1), 'backendRefs'))[1], 'weight')
  }

  live(kind: 'HTTPRoute' | 'Deployment', name: string): Promise<KubernetesObject | undefined> {
    const apiVersion = kind === 'Deployment' ? 'apps/v1' : 'gateway.networking.k8s.io/v1'
    const metadata = { name, namespace: this.namespace }
    return this.#props.cluster.get({ apiVersion, kind, metadata })
  }

  /** Synced files and plan of the app on the branch, by path below the environment. */
  async files(): Promise<Readonly<Record<string, string>>> {
    const tip = (await this.#remote.tip('deploy')) ?? ''
    const tree = [...(await this.#remote.files(tip, 'prod'))].filter(([path]) =>
      /^(workloads|traffic)\/.*\.yaml$|plan\.yaml$/.test(path),
    )
    const texts = await this.#remote.contents(tree.map(([, { id }]) => id))
    return Object.fromEntries(tree.map(([path, { id }]) => [path, texts.get(id) ?? '']))
  }

  /** Waits until the cluster has a version on all of its pods, and all requests. */
  async untilWithoutCanary(version: string): Promise<void> {
    const weightAtRest = this.#props.isRouted === false ? undefined : 0
    await eventually(
      'nothing is left of the canary',
      async () => ({
        canary: (await this.live('Deployment', 'checkout-canary')) !== undefined,
        image: imageOf(await this.live('Deployment', 'checkout')),
        weight: await this.weight(),
      }),
      ({ canary, image, weight }) =>
        !canary && image.includes(`:${version}@`) && weight === weightAtRest,
    )
  }

  /** Answers that were none of the app's. */
  failures(): readonly string[] {
    return [...this.traffic.counts.keys()].filter((name) => !['stable', 'canary'].includes(name))
  }

  /** All of the app in the cluster is gone, as after the loss of the cluster. */
  async wipe(): Promise<void> {
    const { cluster } = this.#props
    const folders = {
      '/apis/apps/v1': ['deployments'],
      '/apis/autoscaling/v2': ['horizontalpodautoscalers'],
      '/apis/policy/v1': ['poddisruptionbudgets'],
      '/apis/gateway.networking.k8s.io/v1': ['httproutes'],
      '/apis/networking.k8s.io/v1': ['networkpolicies'],
      '/api/v1': ['services', 'pods'],
    }
    for (const [root, plurals] of Object.entries(folders)) {
      for (const plural of plurals) {
        const path = `${root}/namespaces/${this.namespace}/${plural}?gracePeriodSeconds=0`
        const { status, body } = await cluster.send({ method: 'DELETE', path })
        if (status !== 200) throw new Error(`${plural} were not deleted: ${JSON.stringify(body)}`)
      }
    }
  }

  /** As a person who edits the live route. */
  async editLiveWeights(canary: number): Promise<void> {
    const route = await this.live('HTTPRoute', 'checkout')
    const rules = structuredClone(at(route, 'spec', 'rules')) as {
      backendRefs: { weight: number }[]
    }[]
    for (const { backendRefs } of rules) {
      backendRefs[0]!.weight = 100 - canary
      backendRefs[1]!.weight = canary
    }
    const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${this.namespace}/httproutes/checkout`
    const contentType = 'application/merge-patch+json'
    const { cluster } = this.#props
    const { status } = await cluster.send({
      method: 'PATCH',
      path,
      body: { spec: { rules } },
      contentType,
    })
    if (status !== 200) throw new Error(`The route was not edited (${status})`)
  }

  /** As `flux reconcile kustomization`, or its interval. */
  reconcile(): Promise<void> {
    const requestedAt = new Date().toISOString()
    return this.#patchSyncs({
      metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': requestedAt } },
    })
  }

  /** As `flux suspend kustomization`: what was begun before is over when this resolves. */
  async suspendSync(): Promise<void> {
    const { flux } = this.#props
    await this.#patchSyncs({ spec: { suspend: true } })
    await eventually(
      'no sync is at work',
      async () =>
        (await flux.kustomizations()).flatMap(({ status }) => items(at(status, 'conditions'))),
      (conditions) =>
        conditions.every((condition) => {
          return at(condition, 'type') !== 'Reconciling' || at(condition, 'status') !== 'True'
        }),
    )
  }

  /** As `flux resume kustomization`, which applies at once what Git has. */
  resumeSync(): Promise<void> {
    return this.#patchSyncs({ spec: { suspend: false } })
  }

  async #patchSyncs(body: object): Promise<void> {
    const { cluster, flux } = this.#props
    for (const { metadata } of await flux.kustomizations()) {
      const { status } = await cluster.send({
        method: 'PATCH',
        path: `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${flux.namespace}/kustomizations/${metadata.name}`,
        body,
        contentType: 'application/merge-patch+json',
      })
      if (status !== 200) throw new Error(`${metadata.name} was not changed (${status})`)
    }
  }

  /** A commit of somebody who edits a file of the app on the branch. */
  async editBranch(file: RegExp, edit: (text: string) => string): Promise<void> {
    const [path, text] = Object.entries(await this.files()).find(([path]) => file.test(path)) ?? []
    if (path === undefined || text === undefined) throw new Error(`No file is called ${file}`)
    const write = edit(text)
    if (write === text) throw new Error(`Nothing was edited in ${path}`)
    await this.#props.flux.push({ path: `prod/${path}`, write })
  }

  /** Runs while the repository cannot be reached. */
  async withoutGit(run: () => Promise<void>): Promise<void> {
    const { repository } = this.#props.flux
    renameSync(repository, `${repository}.away`)
    try {
      await run()
    } finally {
      renameSync(`${repository}.away`, repository)
    }
  }

  /** As `git revert` of the newest commit. */
  revert(): void {
    const clone = join(this.#props.folder, `revert-${performance.now()}`)
    git(
      this.#props.folder,
      'clone',
      '--quiet',
      '--branch',
      'deploy',
      this.#props.flux.repository,
      clone,
    )
    git(clone, 'revert', '--no-edit', 'HEAD')
    git(clone, 'push', '--quiet', 'origin', 'deploy')
  }

  async #recordOnBranch(): Promise<{ readonly commit?: string; readonly record: RecordSpec }> {
    const app = `${this.namespace}/checkout`
    const { commit, states, broken } = await rolloutStates({ place: this.place, app })
    if (broken[0] !== undefined) throw new Error(broken[0].problem)
    const record = states[0]?.record.spec ?? NO_ROLLOUT_YET
    return commit === undefined ? { record } : { commit, record }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.traffic[Symbol.asyncDispose]()
    await this.gateway.stop()
    for (const backend of this.#backends) await backend[Symbol.asyncDispose]()
    this.#watcher.transport.close()
    await this.#remote.close()
  }
}

export const imageOf = (deployment: KubernetesObject | undefined): string =>
  String(at(items(at(deployment, 'spec', 'template', 'spec', 'containers'))[0], 'image'))

/** A remote for one who looks. */
const openRemote = (flux: Flux, folder: string, name: string): Promise<GitCommandRemote> =>
  GitCommandRemote.open({
    remote: flux.repository,
    cwd: folder,
    env: GIT_ENV,
    scratchFolder: join(folder, name),
  })

/** As `files` of a release tells them. */
export const textsOf = ({ files }: Rendering): Readonly<Record<string, string>> =>
  Object.fromEntries(files.map(({ path, text }) => [path, text]))

async function startGateway(
  cluster: ClusterWithNodes,
  namespace: string,
  [stable, canary]: readonly [HttpBackend, HttpBackend],
): Promise<GatewayStandIn> {
  const endpoints = await ReadyEndpoints.watch(cluster, namespace)
  const gateway = await GatewayStandIn.start({ cluster, namespace, gateway: 'public' })
  gateway.proxy.hasPods = (service) => endpoints.countOf(service) > 0
  gateway.proxy.backends.set('checkout-stable', stable.port).set('checkout-canary', canary.port)
  return gateway
}

/** Whoever may look at this app, and at nothing else. */
async function watcherOf(
  cluster: ClusterWithNodes,
  { connection: { server, certificateAuthority } }: Flux,
): Promise<ConnectedClient> {
  const names = ['checkout', 'checkout-canary', 'checkout-stable']
  const rule = (group: string, resource: string) => ({
    apiGroups: [group],
    resources: [resource],
    resourceNames: names,
    verbs: ['get'],
  })
  await applyServiceAccount(cluster, 'lockstep', [
    rule('apps', 'deployments'),
    rule('', 'services'),
    rule('autoscaling', 'horizontalpodautoscalers'),
    rule('gateway.networking.k8s.io', 'httproutes'),
  ])
  const token = await tokenOf(cluster, 'lockstep', { expirationSeconds: DAY_SECONDS })
  return connect({ server, certificateAuthority, token })
}

const renderingOf = ({ flux, app, sync, isRouted = true }: ClusterReleaseProps, version: string) =>
  syncedEnvironment(
    flux,
    (root) => {
      const prod = new Environment(root, 'prod', { owner: 'platform-team', images: {} })
      const namespace = new Namespace(prod, flux.namespace, { existing: true })
      const image = IMAGE.replace('1.4.2', version)
      new CanaryRollout(namespace, 'checkout', {
        ...BRIEF,
        ...(isRouted && ROUTED),
        ...app,
        image,
      })
      return prod
    },
    { split: 'environment', ...sync },
  )
