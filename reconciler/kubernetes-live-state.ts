import pMap from 'p-map'
import type { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import type { Identity } from '../manifests/identity.ts'
import {
  type LiveObjects,
  type LiveState,
  LiveStateUnavailableError,
  type LiveSyncs,
} from '../rollouts/live-state.ts'
import { getObject } from './get-object.ts'
import { KubernetesSyncs } from './kubernetes-syncs.ts'

export interface KubernetesLiveStateProps {
  /** Whoever it is: it may `get` the Deployments, autoscalers, Services and routes of the apps. */
  readonly client: KubernetesClient
  /**
   * Calls that one look at an app makes at the same time.
   *
   * @default 4
   */
  readonly atOnce?: number
  /**
   * Whether it may `get` the Kustomizations and Applications that apply the apps too, so that a wait can
   * say why nothing comes.
   *
   * @default true
   */
  readonly readsSyncs?: boolean
  /**
   * Where Argo CD is.
   *
   * @default 'argocd'
   */
  readonly argoNamespace?: string
}

/**
 * What runs in a cluster, as its API server says. Objects are read one by one, by name: that needs no
 * right to list, so nobody can look at anything else by it.
 */
export class KubernetesLiveState implements LiveState {
  readonly syncs?: LiveSyncs
  readonly #client: KubernetesClient
  readonly #atOnce: number

  constructor(props: KubernetesLiveStateProps) {
    const { client, atOnce = 4, readsSyncs = true, argoNamespace = 'argocd' } = props
    this.#client = client
    this.#atOnce = atOnce
    if (readsSyncs) this.syncs = new KubernetesSyncs({ client, argoNamespace })
  }

  /** @throws the reason of `signal` */
  async read(identities: readonly Identity[], signal?: AbortSignal): Promise<LiveObjects> {
    const answers = await pMap(
      identities,
      (identity) => getObject(this.#client, identity, signal),
      { concurrency: this.#atOnce },
    )
    if (answers.length === 0)
      throw new LiveStateUnavailableError('the branch has nothing that runs')
    return {
      // The earliest of them: no time in an object may look older than it is.
      atMs: Math.min(...answers.map(({ atMs }) => atMs)),
      objects: answers.map(({ object }) => object),
    }
  }
}
