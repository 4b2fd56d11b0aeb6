import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { access } from './manifests/access.ts'
import { admission } from './manifests/admission.ts'
import { extensions } from './manifests/extensions.ts'
import { gitops } from './manifests/gitops.ts'
import { network } from './manifests/network.ts'
import { numbers } from './manifests/numbers.ts'
import { storage } from './manifests/storage.ts'
import { workloads } from './manifests/workloads.ts'

/** Manifests that the API server accepts, which between them use most of what people use. */
export const validManifests: readonly KubernetesObject[] = [
  ...workloads,
  ...network,
  ...access,
  ...storage,
  ...admission,
  ...extensions,
  ...gitops,
  ...numbers,
]
