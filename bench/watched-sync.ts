import { at, text } from '../manifests/fields.ts'
import { isKubernetesObject, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { Cluster } from '../test/control-plane/cluster.ts'
import { stateOf } from '../test/control-plane/gitops/flux.ts'

/** Annotation that tells one push from the next. */
export const ROUND = 'bench.lockstep.dev/round'

interface Waiting {
  readonly isDone: () => boolean
  readonly resolve: (atMs: number) => void
}

/** A first sync of hundreds of Kustomizations takes minutes where many other things run. */
const WITHIN_MINUTES = 20

/** What a cluster has of the deploy branch, told by watches, so that looking costs nothing. */
export class WatchedSync {
  readonly #commits = new Map<string, string | undefined>()
  readonly #rounds = new Map<string, string | undefined>()
  readonly #waiting = new Set<Waiting>()

  static async start(cluster: Cluster, namespace: string): Promise<WatchedSync> {
    const watched = new WatchedSync()
    const kustomizations = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${namespace}/kustomizations`
    const see = (note: (object: KubernetesObject) => void) => (event: unknown) => {
      const object = at(event, 'object')
      if (isKubernetesObject(object)) note(object)
      watched.#wake()
    }
    await cluster.watch(
      `${kustomizations}?watch=true`,
      see((object) => {
        const { name, ready, commit } = stateOf(object)
        watched.#commits.set(name, ready ? commit : undefined)
      }),
    )
    await cluster.watch(
      '/api/v1/services?watch=true',
      see(({ metadata }) => {
        const { namespace, name, annotations } = metadata
        watched.#rounds.set(`${namespace}/${name}`, text(annotations?.[ROUND]))
      }),
    )
    return watched
  }

  /** When a Service, `<namespace>/<name>`, has got what was pushed in a round. */
  whenApplied(service: string, round: string): Promise<number> {
    return this.#when(
      () => `Service ${service} has round ${round}`,
      () => this.#rounds.get(service) === round,
    )
  }

  /** When all of these Kustomizations have applied a commit. */
  whenIdle(commit: string, kustomizations: readonly string[]): Promise<number> {
    const late = () => kustomizations.filter((name) => this.#commits.get(name) !== commit)
    return this.#when(
      () => `${commit} is applied by all Kustomizations, and not by ${late().join(', ')}`,
      () => late().length === 0,
    )
  }

  #when(what: () => string, isDone: () => boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new Error(`Not within ${WITHIN_MINUTES} minutes: ${what()}`))
      const deadline = setTimeout(giveUp, WITHIN_MINUTES * 60_000)
      const done = (atMs: number) => {
        clearTimeout(deadline)
        resolve(atMs)
      }
      this.#waiting.add({ isDone, resolve: done })
      this.#wake()
    })
  }

  #wake(): void {
    for (const waiting of this.#waiting) {
      if (!waiting.isDone()) continue
      this.#waiting.delete(waiting)
      waiting.resolve(performance.now())
    }
  }
}
