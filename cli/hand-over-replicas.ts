import { at } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

/**
 * Gives the live number of pods a second owner, so that it stays when the first one, the sync, stops
 * setting it: a field that its last owner gives up goes back to the default, which is one pod.
 *
 * - Under server-side apply (Flux; Argo CD with `ServerSideApply=true`) the second owner is a field
 *   manager of our own that applies the same number. It leaves by itself when the autoscaler sets
 *   another one.
 * - Under client-side apply (Argo CD's default, `kubectl apply`) the sync removes what it finds in
 *   its annotation of the last applied manifest and no longer in the new one, whoever owns it. So the
 *   number is taken out of that annotation.
 *
 * Assumes that the sync has applied the manifest on the branch, or is suspended: one that still has
 * to set another number would take the field for itself again.
 */
export interface LiveWorkloads {
  /** How the cluster is called, for people. */
  readonly cluster: string

  /** The object as it is now; `undefined` if there is none. */
  read(workload: WorkloadReference): Promise<KubernetesObject | undefined>

  /**
   * Server-side apply, without force.
   *
   * @throws {LiveConflictError} if somebody else owns one of the fields with another value
   */
  apply(object: KubernetesObject, fieldManager: string): Promise<KubernetesObject>

  /**
   * Changes annotations, if the object is still at its `metadata.resourceVersion`.
   *
   * @throws {LiveConflictError} if it is not
   */
  annotate(object: KubernetesObject, annotations: Readonly<Record<string, string>>): Promise<void>
}

export type WorkloadReference = Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>

/** Somebody else changed the object in the cluster in the same moment. */
export class LiveConflictError extends Error {
  override readonly name = 'LiveConflictError'
  readonly code = 'LIVE_CONFLICT'
  readonly remedy = 'Run the command again'
}

/** The workload in the cluster is not in a state to be handed over. */
export class HandoverRefusedError extends Error {
  override readonly name = 'HandoverRefusedError'
  readonly code = 'HANDOVER_REFUSED'
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}

export const HANDOVER_MANAGER = 'lockstep-handover'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** Other writers are controllers; they do not write without pause. */
const ATTEMPTS = 5

export interface HandOverReplicasProps {
  readonly live: LiveWorkloads
  readonly workload: WorkloadReference
  /** Name for people: `Deployment.apps shop/web`. */
  readonly object: string
  /** The number in the manifest on the branch. */
  readonly manifestReplicas: number
  /** Whether a person vouches that nothing syncs the object until the publish. */
  readonly isSyncSuspended: boolean
}

/**
 * @returns the number of pods that is now co-owned
 * @throws {HandoverRefusedError}
 * @throws {LiveConflictError} if the object does not hold still
 */
export async function handOverReplicas(props: HandOverReplicasProps): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptHandover(props)
    } catch (error) {
      if (!(error instanceof LiveConflictError) || attempt >= ATTEMPTS) throw error
    }
  }
}

async function attemptHandover(props: HandOverReplicasProps): Promise<number> {
  const { live, workload, object } = props
  const before = await live.read(workload)
  const replicas = assertReady(before, props)
  if (before !== undefined) await forgetLastApplied(live, before)
  const { apiVersion, kind } = workload
  const { name, namespace } = workload.metadata
  const metadata = namespace === undefined ? { name } : { name, namespace }
  const after = await live.apply(
    { apiVersion, kind, metadata, spec: { replicas } },
    HANDOVER_MANAGER,
  )
  if (isCoOwned(after)) return replicas
  throw new LiveConflictError(`${object} in ${live.cluster} has not kept its second owner`)
}

function assertReady(
  before: KubernetesObject | undefined,
  { live, object, manifestReplicas, isSyncSuspended }: HandOverReplicasProps,
): number {
  const replicas = at(before, 'spec', 'replicas')
  if (typeof replicas !== 'number') {
    throw new HandoverRefusedError(
      `${object} does not run in ${live.cluster}`,
      `If it runs nowhere, nothing is lost: publish with --allow-handover '${object}'`,
    )
  }
  if (replicas === manifestReplicas || isSyncSuspended) return replicas
  throw new HandoverRefusedError(
    `${object} has ${replicas} pods in ${live.cluster} and ${manifestReplicas} in its manifest: the sync would take the field back`,
    'Wait until the sync has applied the branch. If an autoscaler and the sync fight over the number, suspend the sync, run this with --sync-suspended, publish, and resume the sync',
  )
}

async function forgetLastApplied(live: LiveWorkloads, object: KubernetesObject): Promise<void> {
  const text = object.metadata.annotations?.[LAST_APPLIED]
  if (text === undefined) return
  const applied = JSON.parse(text) as { spec?: Record<string, unknown> }
  if (applied.spec?.replicas === undefined) return
  const { replicas: _forgotten, ...spec } = applied.spec
  await live.annotate(object, { [LAST_APPLIED]: `${JSON.stringify({ ...applied, spec })}\n` })
}

function isCoOwned(object: KubernetesObject): boolean {
  const { managedFields } = object.metadata
  return (
    Array.isArray(managedFields) &&
    managedFields.some(
      (entry) =>
        at(entry, 'manager') === HANDOVER_MANAGER &&
        at(entry, 'fieldsV1', 'f:spec', 'f:replicas') !== undefined,
    )
  )
}
