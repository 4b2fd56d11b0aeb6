export type { FencedObjectsProps } from './fenced-objects.ts'
export { FencedObjects, fencingAnnotations } from './fenced-objects.ts'
export type { KubernetesLeaseStoreProps } from './kubernetes-lease-store.ts'
export { KubernetesLeaseStore } from './kubernetes-lease-store.ts'
