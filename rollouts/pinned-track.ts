import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'

/**
 * A Deployment or autoscaler with the number of pods of its track pinned: all of them where the
 * manifest says how many there are, the fewest where an autoscaler decides. Other objects stay.
 */
export function pinnedTrack(object: KubernetesObject, replicas: number): KubernetesObject {
  if (object.kind === 'Deployment') return withField(object, 'replicas', replicas)
  if (object.kind === 'HorizontalPodAutoscaler') return withField(object, 'minReplicas', replicas)
  return object
}

/** Sets a field of `spec` that is there; a missing one belongs to somebody else. */
function withField(object: KubernetesObject, field: string, value: number): KubernetesObject {
  const { spec } = object
  return isRecord(spec) && field in spec ? { ...object, spec: { ...spec, [field]: value } } : object
}
