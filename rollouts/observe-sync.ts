import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { observeApplication } from './observe-application.ts'
import { observeKustomization } from './observe-kustomization.ts'
import type { SeenSync } from './seen-sync.ts'

/**
 * What a Kustomization or an Application says of itself. Nothing is decided by that: whether a step has
 * come is read from its objects. It is for whoever waits and wants to know why.
 */
export const observeSync = (sync: KubernetesObject): SeenSync =>
  sync.kind === 'Application' ? observeApplication(sync) : observeKustomization(sync)
