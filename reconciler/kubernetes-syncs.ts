import type { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { LiveSyncs } from '../rollouts/live-state.ts'
import { type SyncIdentity, syncOf } from '../rollouts/sync-of-object.ts'
import { getObject } from './get-object.ts'
import { KindNotServedError } from './kind-not-served.ts'

export interface KubernetesSyncsProps {
  /** Whoever it is: it may `get` the Kustomizations or Applications that apply the apps. */
  readonly client: KubernetesClient
  /** Where the Applications are that objects name without a namespace: where Argo CD is. */
  readonly argoNamespace: string
}

/** What Flux and Argo CD say of themselves, as far as they are in the cluster that they apply to. */
export class KubernetesSyncs implements LiveSyncs {
  readonly #client: KubernetesClient
  readonly #argoNamespace: string

  constructor({ client, argoNamespace }: KubernetesSyncsProps) {
    this.#client = client
    this.#argoNamespace = argoNamespace
  }

  ownerOf(object: KubernetesObject): SyncIdentity | undefined {
    return syncOf(object, this.#argoNamespace)
  }

  /** @throws the reason of `signal` */
  async read(sync: SyncIdentity, signal?: AbortSignal): Promise<KubernetesObject | undefined> {
    try {
      return (await getObject(this.#client, sync, signal)).object
    } catch (error) {
      // It applies from another cluster.
      if (error instanceof KindNotServedError) return undefined
      throw error
    }
  }
}
