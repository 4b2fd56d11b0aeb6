import { at, fields, items, number, text } from '../manifests/fields.ts'
import { parseImage } from '../manifests/image-reference.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { type Labels, selectsByMap } from '../manifests/label-selector.ts'
import { AppliedObjects } from './applied-objects.ts'
import { LocalDeployment } from './local-deployment.ts'
import { type Backends, LocalGateway } from './local-gateway.ts'
import type { Pod } from './pod.ts'

/** What is synced by itself, as by a Kustomization of its own. */
export type Synced = 'workloads' | 'traffic'

/**
 * As much of a cluster as the checkout needs, on this machine: pods of its Deployments are processes,
 * and a gateway sends requests to them by the weights of its route.
 */
export class LocalCluster implements AsyncDisposable {
  readonly objects: Readonly<Record<Synced, AppliedObjects>> = {
    workloads: new AppliedObjects(),
    traffic: new AppliedObjects(),
  }
  readonly #deployments = new Map<string, LocalDeployment>()
  #gateway: LocalGateway | undefined

  static async start(): Promise<LocalCluster> {
    const cluster = new LocalCluster()
    cluster.#gateway = await LocalGateway.start((service) => cluster.#podsOf(service))
    return cluster
  }

  /** Where customers find the shop. */
  get url(): string {
    return this.#gateway?.url ?? ''
  }

  /** Of a Deployment, by its name; none if there is no such. */
  deployment(name: string): LocalDeployment | undefined {
    return this.#deployments.get(name)
  }

  /** Whether everything runs that there should be, once there is something. */
  get isSettled(): boolean {
    const deployments = [...this.#deployments.values()]
    return deployments.length > 0 && deployments.every((deployment) => deployment.isSettled)
  }

  /** All pods, and the Deployments that they are of. */
  pods(): readonly { readonly deployment: string; readonly pod: Pod }[] {
    return [...this.#deployments].flatMap(([deployment, { pods }]) =>
      pods.map((pod) => ({ deployment, pod })),
    )
  }

  /** Begins to be as the branch says. It is so once the promise is settled. */
  async apply(synced: Synced, objects: readonly KubernetesObject[]): Promise<void> {
    this.objects[synced].replaceAll(objects, Date.now())
    if (synced === 'traffic') this.#gateway?.route(this.#backends())
    else await this.#scale()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway?.[Symbol.asyncDispose]()
    await Promise.all([...this.#deployments.values()].map((one) => one[Symbol.asyncDispose]()))
  }

  /** As many pods as each Deployment says, or the autoscaler in its place, whose load is never high. */
  replicasOf(deployment: KubernetesObject): number {
    const { name } = deployment.metadata
    const autoscaler = this.#ofKind('workloads', 'HorizontalPodAutoscaler').find(
      ({ spec }) => at(spec, 'scaleTargetRef', 'name') === name,
    )
    return (
      number(at(deployment, 'spec', 'replicas')) ??
      number(at(autoscaler, 'spec', 'minReplicas')) ??
      1
    )
  }

  async #scale(): Promise<void> {
    const asked = new Map(
      this.#ofKind('workloads', 'Deployment').map((object) => [object.metadata.name, object]),
    )
    for (const name of asked.keys()) {
      if (!this.#deployments.has(name)) this.#deployments.set(name, new LocalDeployment(name))
    }
    await Promise.all(
      [...this.#deployments].map(([name, deployment]) => {
        const object = asked.get(name)
        return deployment.ask(
          object && { template: templateOf(object), replicas: this.replicasOf(object) },
        )
      }),
    )
  }

  #podsOf(service: string): readonly Pod[] {
    const found = this.#ofKind('traffic', 'Service').find(
      ({ metadata }) => metadata.name === service,
    )
    const selector = fields(found?.spec).selector
    return this.pods().flatMap(({ pod }) =>
      selectsByMap(selector as Labels, pod.template.labels) ? [pod] : [],
    )
  }

  #backends(): Backends {
    const rules = this.#ofKind('traffic', 'HTTPRoute').flatMap(({ spec }) =>
      items(at(spec, 'rules')),
    )
    return new Map(
      rules
        .flatMap((rule) => items(at(rule, 'backendRefs')))
        .map((backend) => [text(at(backend, 'name')) ?? '', number(at(backend, 'weight')) ?? 1]),
    )
  }

  #ofKind(synced: Synced, kind: string): readonly KubernetesObject[] {
    return this.objects[synced]
      .all()
      .flatMap(({ object }) => (object.kind === kind ? [object] : []))
  }
}

function templateOf({ spec }: KubernetesObject): Pod['template'] {
  const [container] = items(at(spec, 'template', 'spec', 'containers'))
  const image = text(at(container, 'image')) ?? ''
  return {
    version: parseImage(image)?.tag ?? 'unknown',
    labels: fields(at(spec, 'template', 'metadata', 'labels')) as Labels,
  }
}
