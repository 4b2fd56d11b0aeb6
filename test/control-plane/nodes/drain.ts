import { at, items, text } from '../../../manifests/fields.ts'
import type { Cluster } from '../cluster.ts'
import { eventually } from '../eventually.ts'
import type { NodeFleet, TestNode } from './node-fleet.ts'

/** The eviction API refused for another reason than a budget, which `kubectl drain` takes for final. */
export class DrainFailedError extends Error {
  override readonly name = 'DrainFailedError'
  readonly code = 'DRAIN_FAILED'
  /** HTTP status of the answer. */
  readonly status: number

  constructor(pod: string, status: number, message: string) {
    super(`Pod ${pod} cannot be evicted (${status}): ${message}`)
    this.status = status
  }
}

export interface DrainReport {
  readonly evicted: readonly string[]
  /** How often a budget said to wait. */
  readonly refusals: number
}

/**
 * As `kubectl drain`: takes no more pods, evicts those that are there, tries again where a budget
 * says to wait, and waits until they are gone.
 *
 * @throws {DrainFailedError}
 * @throws {NeverHappenedError} with what a budget said last
 */
export async function drain(
  cluster: Cluster,
  fleet: NodeFleet,
  node: TestNode,
  withinSeconds: number,
): Promise<DrainReport> {
  const namespace = await cluster.namespace()
  await fleet.patch(node, { spec: { unschedulable: true } })
  const root = `/api/v1/namespaces/${namespace}/pods`
  const { body } = await cluster.send({
    path: `${root}?fieldSelector=spec.nodeName%3D${node.name}`,
  })
  const pods = items(at(body, 'items')).filter((pod) => !isOfDaemonSet(pod))
  let refusals = 0
  const evict = async (pod: unknown) => {
    const name = text(at(pod, 'metadata', 'name')) ?? ''
    const uid = at(pod, 'metadata', 'uid')
    await eventually(
      `pod ${name} is evicted from ${node.name}`,
      async () => {
        const answer = await requestEviction(cluster, root, name)
        if (answer !== undefined) refusals++
        return answer
      },
      (refusal) => refusal === undefined,
      withinSeconds,
    )
    await eventually(
      `pod ${name} is gone from ${node.name}`,
      async () => at((await cluster.send({ path: `${root}/${name}` })).body, 'metadata', 'uid'),
      (seen) => seen !== uid,
      withinSeconds,
    )
    return name
  }
  return { evicted: await Promise.all(pods.map(evict)), refusals: refusals }
}

/** @returns why a budget says to wait; `undefined` if the pod goes */
async function requestEviction(
  cluster: Cluster,
  root: string,
  name: string,
): Promise<string | undefined> {
  const { status, body } = await cluster.send({
    method: 'POST',
    path: `${root}/${name}/eviction`,
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } },
  })
  if (status === 201 || status === 404) return undefined
  const message = text(at(body, 'message')) ?? ''
  if (status !== 429) throw new DrainFailedError(name, status, message)
  const [cause] = items(at(body, 'details', 'causes'))
  return text(at(cause, 'message')) ?? message
}

const isOfDaemonSet = (pod: unknown): boolean =>
  items(at(pod, 'metadata', 'ownerReferences')).some((owner) => at(owner, 'kind') === 'DaemonSet')
