import { at, fields } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { Cluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { type DrainReport, drain } from './nodes/drain.ts'
import { NodeFleet, type TestNode } from './nodes/node-fleet.ts'
import { Pods } from './nodes/pods.ts'
import { type MetricValues, SAID_METRICS, type SaidMetrics } from './nodes/said-metrics.ts'
import type { ObjectReference } from './resource-paths.ts'

/** What an object is waited for to be. Its name is what a failure says. */
export type Condition = (object: KubernetesObject) => boolean

const DRAINED_WITHIN_SECONDS = 120

/**
 * A cluster whose controllers and scheduler are real and whose nodes can be lost. The nodes of a test
 * file are its own.
 */
export class ClusterWithNodes extends Cluster {
  readonly #fleet = new NodeFleet(this)
  readonly #saidMetrics = new Map<string, string>()

  /** What metrics say of an object and its pods. */
  readonly metrics = {
    /** From now on, until it is said anew. */
    set: async (object: KubernetesObject, values: MetricValues): Promise<void> => {
      const said = await this.#describeMetrics(object, values)
      this.#saidMetrics.set(`${said.resource}.${said.name}`, JSON.stringify(said))
      const configMap = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: SAID_METRICS },
        data: Object.fromEntries(this.#saidMetrics),
      }
      await this.apply([configMap])
    },
  }

  /** Makes the nodes of this file, in zones `a`, `b`, …; once. */
  nodes(size: { readonly zones: number; readonly perZone: number }): Promise<readonly TestNode[]> {
    return this.#fleet.make(size.zones, size.perZone)
  }

  get allNodes(): readonly TestNode[] {
    return this.#fleet.nodes
  }

  zoneOf(node: string | undefined): string | undefined {
    return this.allNodes.find(({ name }) => name === node)?.zone
  }

  pods(workload: KubernetesObject): Pods {
    return new Pods(this, workload)
  }

  /**
   * Waits until an object is as it should be, and gives it as it is then.
   *
   * @throws {NeverHappenedError} with what was seen last
   */
  async until(
    reference: ObjectReference,
    condition: Condition,
    within = 60,
  ): Promise<KubernetesObject> {
    const { kind, metadata } = reference
    const seen = await eventually(
      `${kind} ${metadata.name} ${condition.name}`,
      () => this.get(reference),
      (object) => object !== undefined && condition(object),
      within,
      (object) => object && { replicas: at(object, 'spec', 'replicas'), status: object.status },
    )
    return seen as KubernetesObject
  }

  /** As `kubectl drain`. */
  drain(node: TestNode, within = DRAINED_WITHIN_SECONDS): Promise<DrainReport> {
    return drain(this, this.#fleet, node, within)
  }

  /** Lets a node take pods again that was drained. */
  uncordon(node: TestNode): Promise<void> {
    return this.#fleet.patch(node, { spec: { unschedulable: null } })
  }

  /** Cuts a node off: its pods may go on, and nobody can reach them. Resolves when that is noticed. */
  async partition(node: TestNode): Promise<void> {
    await this.#fleet.partition(node)
    await this.#fleet.untilLost(node)
  }

  /** Connects a node again that was cut off. */
  heal(node: TestNode): Promise<void> {
    return this.#fleet.heal(node)
  }

  /** Cuts off all nodes of a zone at once. Resolves when that is noticed. */
  async loseZone(zone: string): Promise<void> {
    const nodes = this.#fleet.ofZone(zone)
    await Promise.all(nodes.map((node) => this.#fleet.partition(node)))
    await Promise.all(nodes.map((node) => this.#fleet.untilLost(node)))
  }

  async bringBackZone(zone: string): Promise<void> {
    await Promise.all(this.#fleet.ofZone(zone).map((node) => this.#fleet.heal(node)))
  }

  /** A person says that the machine is off for good. */
  declareOutOfService(node: TestNode): Promise<void> {
    const key = 'node.kubernetes.io/out-of-service'
    return this.#fleet.addTaint(node, { key, value: 'nodeshutdown', effect: 'NoExecute' })
  }

  override async leave(): Promise<void> {
    if (this.#fleet.nodes.length > 0) {
      const namespace = `/api/v1/namespaces/${await this.namespace()}`
      // In this order: no controller makes a pod anew, and no pod waits for a node that is gone.
      await this.send({ method: 'DELETE', path: namespace })
      await this.send({ method: 'DELETE', path: `${namespace}/pods?gracePeriodSeconds=0` })
      await Promise.all(this.#fleet.nodes.map((node) => this.#fleet.remove(node)))
    }
    await super.leave()
  }

  async #describeMetrics(object: KubernetesObject, values: MetricValues): Promise<SaidMetrics> {
    const { apiVersion, kind } = object
    const { name } = object.metadata
    const path = await this.pathOf(object)
    if (path === undefined) throw new Error(`${apiVersion} ${kind} is not served`)
    const plural = path.split('/').at(-2)
    const [group] = apiVersion.split('/')
    const resource = apiVersion.includes('/') ? `${plural}.${group}` : `${plural}`
    const selector = at(object, 'spec', 'selector')
    // That of a Service are the labels themselves.
    const matchLabels = fields(at(selector, 'matchLabels') ?? selector)
    return { apiVersion, kind, name, resource, matchLabels, values }
  }
}
