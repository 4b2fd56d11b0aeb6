import { HighlyAvailableDeployment } from '../../../constructs/highly-available-deployment.ts'
import { autoscale } from '../../../constructs/replicas.ts'
import { Testing } from '../../../constructs/testing.ts'
import { at, items } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { served } from '../../goldens/golden.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { inNamespace } from '../in-namespace.ts'
import { isReady } from './conditions.ts'

const CPU_REQUEST = 250

/** What the autoscaler aims at, of what a pod requests. */
export const TARGET_PERCENT = 50

export interface AutoscaledProps {
  readonly min: number
  readonly max: number
  /**
   * Pods that it has had for long when the autoscaler first looks at it. What that adds within a
   * minute it takes away within that minute however slowly it is to shrink.
   *
   * @default 1 - as every new Deployment
   */
  readonly initially?: number
  /** Changes the autoscaler. */
  readonly patch?: Parameters<NonNullable<HighlyAvailableDeployment['autoscaler']>['patch']>[0]
}

/** A deployment of the DSL whose size the real autoscaler decides, by what its pods are said to use. */
export class Autoscaled {
  readonly manifests: readonly KubernetesObject[]
  readonly #cluster: ClusterWithNodes

  private constructor(cluster: ClusterWithNodes, manifests: readonly KubernetesObject[]) {
    this.#cluster = cluster
    this.manifests = manifests
  }

  static async deploy(cluster: ClusterWithNodes, props: AutoscaledProps): Promise<Autoscaled> {
    const { objects } = Testing.synth((scope) => {
      const { autoscaler } = new HighlyAvailableDeployment(scope, 'web', {
        ...served,
        resources: { cpu: `${CPU_REQUEST}m`, memory: '256Mi' },
        replicas: autoscale({ min: props.min, max: props.max, cpu: TARGET_PERCENT }),
        // How long a pod must have been ready plays no part in how many there are.
        rollingUpdate: { minReadySeconds: 1 },
      })
      if (props.patch !== undefined) autoscaler?.patch(props.patch)
    })
    const web = new Autoscaled(cluster, inNamespace(objects, await cluster.namespace()))
    if (props.initially !== undefined) await web.#scale(props.initially)
    await cluster.apply(web.manifests)
    return web
  }

  get deployment(): KubernetesObject {
    return this.find('Deployment')
  }

  get autoscaler(): KubernetesObject {
    return this.find('HorizontalPodAutoscaler')
  }

  find(kind: string): KubernetesObject {
    const found = this.manifests.find((object) => object.kind === kind)
    if (found === undefined) throw new Error(`No ${kind}`)
    return found
  }

  async replicas(): Promise<unknown> {
    return at(await this.#cluster.get(this.deployment), 'spec', 'replicas')
  }

  /** All pods together use so many percent of what one requests. */
  use(percent: number): Promise<void> {
    const cpu = { shared: (CPU_REQUEST * percent) / 100 }
    return this.#cluster.metrics.set(this.deployment, { cpu })
  }

  /**
   * As `use`. Resolves when the autoscaler has come to so many pods and leaves it at that: it has
   * looked at pods that use so much each, and wants no other number.
   */
  async settle(percent: number, pods: number): Promise<KubernetesObject> {
    await this.use(percent)
    const decided = await this.#cluster.until(this.autoscaler, isSettled(percent, pods))
    await this.#cluster.until(this.deployment, isReady)
    return decided
  }

  async #scale(replicas: number): Promise<void> {
    const { deployment } = this
    await this.#cluster.apply(this.manifests.filter((object) => object !== this.autoscaler))
    const { status } = await this.#cluster.send({
      method: 'PATCH',
      path: `${await this.#cluster.pathOf(deployment)}/scale`,
      body: { spec: { replicas } },
      contentType: 'application/merge-patch+json',
    })
    if (status !== 200) throw new Error(`${deployment.metadata.name} was not scaled (${status})`)
    await this.#cluster.until(deployment, isReady)
  }
}

const isSettled = (percent: number, pods: number) =>
  function isSettled({ status }: KubernetesObject): boolean {
    const [metric] = items(at(status, 'currentMetrics'))
    return (
      at(metric, 'containerResource', 'current', 'averageUtilization') ===
        Math.floor(percent / pods) &&
      at(status, 'desiredReplicas') === pods &&
      at(status, 'currentReplicas') === pods
    )
  }
