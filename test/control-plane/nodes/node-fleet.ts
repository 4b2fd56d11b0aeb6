import { at, items } from '../../../manifests/fields.ts'
import type { Cluster } from '../cluster.ts'
import { eventually } from '../eventually.ts'
import { addToPods } from './admission.ts'
import { isServing, podState } from './pod-history.ts'

export interface TestNode {
  readonly name: string
  /** `a`, `b`, `c`. */
  readonly zone: string
}

/** Room for whatever a test runs, and not so much that how full a node is plays no part. */
const CAPACITY = { cpu: '128', memory: '512Gi', 'ephemeral-storage': '2Ti', pods: '1000' }

const HEALTHY_WITHIN_SECONDS = 120
const LOST_WITHIN_SECONDS = 120

/**
 * Nodes that only the pods of one namespace run on, so that what one test file does to its nodes
 * none of the others sees.
 */
export class NodeFleet {
  readonly #cluster: Cluster
  #nodes: readonly TestNode[] = []

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  get nodes(): readonly TestNode[] {
    return this.#nodes
  }

  /** Nodes of the test's own namespace. Resolves when all of them take pods. */
  async make(zones: number, perZone: number): Promise<readonly TestNode[]> {
    const namespace = await this.#cluster.namespace()
    const labels = { 'test.lockstep.dev/namespace': namespace }
    await addToPods(this.#cluster, {
      name: 'nodes',
      podLabels: {},
      mutation: {
        patchType: 'JSONPatch',
        jsonPatch: {
          expression: `[JSONPatch{op: "add", path: "/spec/nodeSelector", value: ${JSON.stringify(labels)}}]`,
        },
      },
      isIn: (pod) => at(pod, 'spec', 'nodeSelector') !== undefined,
    })
    return this.makeForAll(zones, perZone, namespace, labels)
  }

  /** Nodes that pods of any namespace run on. */
  async makeForAll(
    zones: number,
    perZone: number,
    region: string,
    labels: object = {},
  ): Promise<readonly TestNode[]> {
    const zoneNames = [...'abcdefghi'].slice(0, zones)
    this.#nodes = zoneNames.flatMap((zone) =>
      Array.from({ length: perZone }, (_, index) => ({
        name: `${region}-${zone}${index + 1}`,
        zone,
      })),
    )
    for (const node of this.#nodes) await this.#make(node, labels, region)
    await Promise.all(this.#nodes.map((node) => this.untilHealthy(node)))
    return this.#nodes
  }

  ofZone(zone: string): readonly TestNode[] {
    const nodes = this.#nodes.filter((node) => node.zone === zone)
    if (nodes.length === 0) throw new Error(`There is no zone '${zone}'`)
    return nodes
  }

  async read({ name }: TestNode): Promise<unknown> {
    return (await this.#cluster.send({ path: `/api/v1/nodes/${name}` })).body
  }

  async patch({ name }: TestNode, body: object): Promise<void> {
    await this.#patch(`/api/v1/nodes/${name}`, body)
  }

  async addTaint(node: TestNode, taint: object): Promise<void> {
    const taints = items(at(await this.read(node), 'spec', 'taints'))
    await this.patch(node, { spec: { taints: [...taints, taint] } })
  }

  /**
   * Cuts the node off: nobody renews its Lease and nothing happens to its pods any more, whatever
   * the API says. Resolves at once; the cluster notices later.
   */
  async partition({ name }: TestNode): Promise<void> {
    await this.#hold(name, 'nobody', new Date(), 24 * 60 * 60)
  }

  /** Brings a node back that was cut off. Resolves when it takes pods again. */
  async heal(node: TestNode): Promise<void> {
    await this.#hold(node.name, 'nobody', new Date(0), 1)
    await this.untilHealthy(node)
  }

  /** Resolves when the cluster counts the node as lost and its pods as not ready. */
  async untilLost(node: TestNode): Promise<void> {
    await eventually(
      `node ${node.name} counts as lost`,
      () => this.read(node),
      (seen) => readinessOf(seen) === 'Unknown' && isTainted(seen, 'unreachable', 'NoExecute'),
      LOST_WITHIN_SECONDS,
      shown,
    )
    const path = `/api/v1/pods?fieldSelector=spec.nodeName%3D${node.name}`
    await eventually(
      `no pod of ${node.name} counts as ready`,
      () => this.#cluster.send({ path }),
      ({ status, body }) =>
        status === 200 && !items(at(body, 'items')).map(podState).some(isServing),
      LOST_WITHIN_SECONDS,
    )
  }

  async untilHealthy(node: TestNode): Promise<void> {
    await eventually(
      `node ${node.name} takes pods`,
      () => this.read(node),
      (seen) => readinessOf(seen) === 'True' && items(at(seen, 'spec', 'taints')).length === 0,
      HEALTHY_WITHIN_SECONDS,
      shown,
    )
  }

  async remove({ name }: TestNode): Promise<void> {
    await this.#cluster.send({ method: 'DELETE', path: `/api/v1/nodes/${name}` })
  }

  async #make({ name, zone }: TestNode, labels: object, region: string): Promise<void> {
    const { status, body } = await this.#cluster.send({
      method: 'POST',
      path: '/api/v1/nodes',
      body: {
        metadata: {
          name,
          labels: {
            ...labels,
            'kubernetes.io/hostname': name,
            'topology.kubernetes.io/zone': zone,
            // The controllers count lost nodes by region and zone.
            'topology.kubernetes.io/region': region,
          },
        },
        status: { capacity: CAPACITY, allocatable: CAPACITY },
      },
    })
    if (status !== 201) throw new Error(`Node ${name} was refused: ${JSON.stringify(body)}`)
  }

  /** KWOK renews only what it holds, and plays only the nodes whose Lease it holds. */
  async #hold(name: string, holderIdentity: string, renewed: Date, leaseDurationSeconds: number) {
    const renewTime = renewed.toISOString().replace('Z', '000Z')
    await this.#patch(`/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`, {
      spec: { holderIdentity, leaseDurationSeconds, renewTime },
    })
  }

  async #patch(path: string, body: object): Promise<void> {
    const contentType = 'application/merge-patch+json'
    const answer = await this.#cluster.send({ method: 'PATCH', path, body, contentType })
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`)
  }
}

const readinessOf = (node: unknown): unknown =>
  at(
    items(at(node, 'status', 'conditions')).find((condition) => at(condition, 'type') === 'Ready'),
    'status',
  )

const shown = (node: unknown): object => ({
  ready: readinessOf(node),
  taints: at(node, 'spec', 'taints'),
})

const isTainted = (node: unknown, taint: string, effect: string): boolean =>
  items(at(node, 'spec', 'taints')).some(
    (it) => at(it, 'key') === `node.kubernetes.io/${taint}` && at(it, 'effect') === effect,
  )
