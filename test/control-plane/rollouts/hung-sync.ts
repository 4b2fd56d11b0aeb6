import { at, items, text } from '../../../manifests/fields.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import type { Flux } from '../gitops/flux.ts'

/** Whether new pods find a node. */
export async function setRoom(cluster: ClusterWithNodes, isThere: boolean): Promise<void> {
  for (const { name } of cluster.allNodes) {
    await patch(cluster, `/api/v1/nodes/${name}`, {
      spec: { unschedulable: isThere ? null : true },
    })
  }
}

/** Whether a Kustomization waits until everything in it is healthy, and applies nothing meanwhile. */
export const setWait = (
  cluster: ClusterWithNodes,
  { namespace }: Flux,
  name: string,
  wait: boolean,
): Promise<void> =>
  patch(
    cluster,
    `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${namespace}/kustomizations/${name}`,
    { spec: { wait } },
  )

/** Whether a Kustomization is waiting for that now. */
export async function isHung(flux: Flux, name: string): Promise<boolean> {
  const { status } = await flux.kustomization(name)
  const reconciling = items(at(status, 'conditions')).find(
    (condition) => at(condition, 'type') === 'Reconciling',
  )
  return text(at(reconciling, 'message'))?.startsWith('Running health checks') ?? false
}

async function patch(cluster: ClusterWithNodes, path: string, body: object): Promise<void> {
  const contentType = 'application/merge-patch+json'
  const { status } = await cluster.send({ method: 'PATCH', path, body, contentType })
  if (status !== 200) throw new Error(`${path} was not changed (${status})`)
}
