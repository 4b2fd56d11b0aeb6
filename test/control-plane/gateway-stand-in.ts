import { setTimeout as sleep } from 'node:timers/promises'
import { at, items } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { Cluster } from './cluster.ts'
import { LocalProxy } from './gateway/local-proxy.ts'

export interface GatewayStandInProps {
  readonly cluster: Cluster
  /** Whose HTTPRoutes it looks after. */
  readonly namespace: string
  /** Name of the Gateway that routes have as their parent. There need not be such an object. */
  readonly gateway: string
}

/**
 * Stands in for a controller of Gateway API and its proxies. Does what a rollout sees of one: routes
 * whose parent is its Gateway get conditions of their own generation, and a proxy on this machine
 * steers real requests by what the route says in the cluster.
 *
 * Not played: Gateways and listeners themselves, routes of other kinds, filters, methods, query
 * parameters, references to other namespaces.
 */
export class GatewayStandIn {
  /** How long it takes to look at a change. */
  looksAfterMs = 0
  /** How long after it has said that it took a route the proxy still goes by the one before. */
  proxyLagMs = 0
  /** Whether it looks at routes at all. */
  isAwake = true
  /** Whether it accepts what it looks at. */
  accepts = true
  readonly proxy: LocalProxy
  readonly #props: GatewayStandInProps
  readonly #routes = new Map<string, KubernetesObject>()
  #work: Promise<void> = Promise.resolve()
  #failure: unknown
  #isStopped = false

  private constructor(props: GatewayStandInProps, proxy: LocalProxy) {
    this.#props = props
    this.proxy = proxy
  }

  static async start(props: GatewayStandInProps): Promise<GatewayStandIn> {
    const gateway = new GatewayStandIn(props, await LocalProxy.start())
    await props.cluster.watch(`${folderOf(props.namespace)}?watch=1`, (event) =>
      gateway.#notice(event),
    )
    return gateway
  }

  /** Looks at every route again, as a controller does that was started anew. */
  lookAgain(): Promise<void> {
    for (const route of this.#routes.values()) this.#enqueue(route)
    return this.#work
  }

  /** Makes the status of a route as if no controller had ever seen it. */
  async loseStatus(name: string): Promise<void> {
    this.isAwake = false
    await this.#work
    await this.#patchStatus(name, [])
  }

  /** @throws what went wrong in the background since the start */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#work
    await this.proxy.stop()
    if (this.#failure !== undefined) throw this.#failure
  }

  #notice(event: unknown): void {
    const route = at(event, 'object') as KubernetesObject
    const { name } = route.metadata
    if (at(event, 'type') !== 'DELETED') {
      this.#routes.set(name, route)
      this.#enqueue(route)
      return
    }
    this.#routes.delete(name)
    this.proxy.forget(name)
  }

  /** One after the other, in the order in which they were changed. */
  #enqueue(route: KubernetesObject): void {
    this.#work = this.#work
      .then(() => this.#look(route))
      .catch((error: unknown) => {
        this.#failure ??= error
      })
  }

  async #look(route: KubernetesObject): Promise<void> {
    const { name } = route.metadata
    const parents = items(at(route, 'spec', 'parentRefs')).filter(
      (parent) => at(parent, 'name') === this.#props.gateway,
    )
    if (!this.isAwake || this.#isStopped || parents.length === 0) return
    if (isSaid(route, this.accepts)) return
    await sleep(this.looksAfterMs)
    // Something newer is on its way, and will be looked at in its turn.
    if (generationOf(this.#routes.get(name)) !== generationOf(route)) return
    const missing = await this.#missingBackend(route)
    const conditions = [
      condition(route, 'Accepted', this.accepts, 'NotAllowedByListeners'),
      condition(route, 'ResolvedRefs', missing === undefined, 'BackendNotFound', missing),
    ]
    const isLate = this.proxyLagMs > 0
    if (!isLate) this.#steer(route)
    await this.#patchStatus(
      name,
      parents.map((parentRef) => ({ parentRef, controllerName: CONTROLLER, conditions })),
    )
    if (!isLate) return
    await sleep(this.proxyLagMs)
    this.#steer(route)
  }

  #steer(route: KubernetesObject): void {
    if (this.accepts && this.#routes.has(route.metadata.name)) this.proxy.steerBy(route)
  }

  /** A Service that a route sends to and that is not there. */
  async #missingBackend(route: KubernetesObject): Promise<string | undefined> {
    const { namespace, cluster } = this.#props
    const backends = items(at(route, 'spec', 'rules')).flatMap((rule) =>
      items(at(rule, 'backendRefs')),
    )
    for (const name of new Set(backends.map((backend) => String(at(backend, 'name'))))) {
      const { status } = await cluster.send({
        path: `/api/v1/namespaces/${namespace}/services/${name}`,
      })
      if (status === 404) return `Service ${name} not found`
    }
    return undefined
  }

  async #patchStatus(name: string, parents: readonly object[]): Promise<void> {
    const { namespace, cluster } = this.#props
    const { status, body } = await cluster.send({
      method: 'PATCH',
      path: `${folderOf(namespace)}/${name}/status`,
      contentType: 'application/merge-patch+json',
      body: { status: { parents } },
    })
    // It may be gone by now.
    if (status !== 200 && status !== 404) {
      throw new Error(`The status of HTTPRoute ${name} was refused: ${JSON.stringify(body)}`)
    }
  }
}

const CONTROLLER = 'lockstep.dev/gateway-stand-in'

const folderOf = (namespace: string): string =>
  `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`

const generationOf = (route: KubernetesObject | undefined): unknown =>
  at(route, 'metadata', 'generation')

const conditionsOf = (route: KubernetesObject): readonly unknown[] =>
  items(at(route, 'status', 'parents'))
    .filter((parent) => at(parent, 'controllerName') === CONTROLLER)
    .flatMap((parent) => items(at(parent, 'conditions')))

/** Whether there is nothing to say of it that was not said. */
function isSaid(route: KubernetesObject, accepts: boolean): boolean {
  const current = conditionsOf(route).filter(
    (one) => at(one, 'observedGeneration') === generationOf(route),
  )
  const accepted = current.find((one) => at(one, 'type') === 'Accepted')
  return at(accepted, 'status') === (accepts ? 'True' : 'False')
}

/** As controllers do, its time is that of the last change of its status, not of the last look. */
function condition(
  route: KubernetesObject,
  type: string,
  isTrue: boolean,
  reason: string,
  message = '',
) {
  const before = conditionsOf(route).find((one) => at(one, 'type') === type)
  const status = isTrue ? 'True' : 'False'
  const since = at(before, 'status') === status ? at(before, 'lastTransitionTime') : undefined
  return {
    type,
    status,
    reason: isTrue ? type : reason,
    message,
    observedGeneration: generationOf(route),
    lastTransitionTime: since ?? `${new Date().toISOString().slice(0, 19)}Z`,
  }
}
