import { at, fields, items } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import type { Cluster } from '../cluster.ts'
import { addToPods } from './admission.ts'
import { POD_ANNOTATIONS } from './pod-annotations.ts'
import { PodHistory, type PodState, podState } from './pod-history.ts'

type Annotations = Readonly<Record<string, string>>

/** The pods of one workload: what they are, and, since nothing runs in them, what they do. */
export class Pods {
  readonly #cluster: Cluster
  readonly #name: string
  readonly #labels: Readonly<Record<string, string>>
  #conduct: Annotations = {}

  constructor(cluster: Cluster, workload: KubernetesObject) {
    this.#cluster = cluster
    this.#name = workload.metadata.name
    // The template of a CronJob is one level deeper, and it has no selector.
    const selector = at(workload, 'spec', 'selector', 'matchLabels')
    const job = at(workload, 'spec', 'jobTemplate', 'spec', 'template', 'metadata', 'labels')
    this.#labels = fields(selector ?? job) as Readonly<Record<string, string>>
  }

  /** New pods become ready this many seconds after they got a node. */
  becomeReady({ after }: { readonly after: number }): Promise<void> {
    return this.#conductThemselves({ [POD_ANNOTATIONS.readyAfter]: String(after) })
  }

  /** New pods run and are never ready. */
  neverBecomeReady(): Promise<void> {
    return this.#conductThemselves({ [POD_ANNOTATIONS.neverReady]: 'true' })
  }

  /** New pods take this long to stop, or their whole grace period if it is longer. */
  stop({ after }: { readonly after: number }): Promise<void> {
    return this.#conductThemselves({ [POD_ANNOTATIONS.stopsAfter]: String(after) })
  }

  /** New pods, of a Job, work this long and then end with that code. */
  end({ after, exitCode = 0 }: { readonly after: number; readonly exitCode?: number }) {
    return this.#conductThemselves({
      [POD_ANNOTATIONS.runsFor]: String(after),
      [POD_ANNOTATIONS.exitCode]: String(exitCode),
    })
  }

  /** The pods that there are crash and stay down; new ones do not. */
  async crash(): Promise<void> {
    const root = await this.#path()
    const crashed = { metadata: { annotations: { [POD_ANNOTATIONS.crashes]: 'true' } } }
    for (const { name } of await this.list()) {
      await this.#cluster.send({
        method: 'PATCH',
        path: `${root}/${name}`,
        body: crashed,
        contentType: 'application/merge-patch+json',
      })
    }
  }

  /** As `kubectl delete pod`; as with `--force --grace-period=0` if forced. */
  async delete(name: string, { force = false } = {}): Promise<void> {
    const query = force ? '?gracePeriodSeconds=0' : ''
    const path = `${await this.#path()}/${name}${query}`
    const { status, body } = await this.#cluster.send({ method: 'DELETE', path })
    if (status !== 200) throw new Error(`Pod ${name} was not deleted: ${JSON.stringify(body)}`)
  }

  async list(): Promise<readonly PodState[]> {
    const path = `${await this.#path()}?${this.#query()}`
    const { status, body } = await this.#cluster.send({ path })
    if (status !== 200) throw new Error(`No list of ${path}: ${JSON.stringify(body)}`)
    return items(at(body, 'items')).map(podState)
  }

  /** What happens to them from now on until the test file ends. */
  async watch(): Promise<PodHistory> {
    const history = new PodHistory()
    const initially =
      'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan'
    const path = `${await this.#path()}?${this.#query()}&${initially}`
    await this.#cluster.watch(path, (event) => history.record(event))
    await history.begun
    return history
  }

  async #conductThemselves(annotations: Annotations): Promise<void> {
    this.#conduct = { ...this.#conduct, ...annotations }
    const wanted = Object.entries(this.#conduct)
    await addToPods(this.#cluster, {
      name: `conduct.${this.#name}`,
      podLabels: this.#labels,
      mutation: {
        patchType: 'ApplyConfiguration',
        applyConfiguration: {
          expression: `Object{metadata: Object.metadata{annotations: ${JSON.stringify(this.#conduct)}}}`,
        },
      },
      isIn: (pod) => {
        const has = fields(at(pod, 'metadata', 'annotations'))
        return wanted.every(([name, value]) => has[name] === value)
      },
    })
  }

  async #path(): Promise<string> {
    return `/api/v1/namespaces/${await this.#cluster.namespace()}/pods`
  }

  #query(): string {
    const labels = Object.entries(this.#labels).map(([name, value]) => `${name}=${value}`)
    return `labelSelector=${encodeURIComponent(labels.join(','))}`
  }
}
