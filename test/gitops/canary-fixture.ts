import type { GitRemote } from '../../gitops/git-remote.ts'
import { type PublishProps, type PublishResult, publish } from '../../gitops/publish.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { actOnRollout } from '../../reconciler/act-on-rollout.ts'
import type { Place } from '../../reconciler/commit-moves.ts'
import { tick } from '../../reconciler/tick.ts'
import type { RolloutRequest } from '../../rollouts/acts.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { readRecord } from '../../rollouts/read-record.ts'
import type { RecordSpec } from '../../rollouts/record.ts'
import type { Rendition } from '../../rollouts/rendition.ts'
import { ImaginedCluster } from '../reconciler/imagined-cluster.ts'
import { APP, attached, briefPlan } from '../reconciler/release-fixture.ts'
import { renditionOf } from '../rollouts/renditions.ts'

export const RECORD = 'prod/rollouts/shop/checkout/record.yaml'

/** The canaried app as it is defined with a version, and with whatever else differs. */
export const version = (
  tag: string,
  change: (objects: KubernetesObject[]) => KubernetesObject[] = (objects) => objects,
  plan: RolloutPlan = briefPlan,
): Rendition =>
  renditionOf(`registry.example.com/shop/checkout:${tag}`, plan, (objects) =>
    change(attached(objects)),
  )

/** One object of a kind with other fields in its `spec`. */
export const withSpec =
  (kind: string, spec: Readonly<Record<string, unknown>>) =>
  (objects: KubernetesObject[]): KubernetesObject[] =>
    objects.map((object) =>
      object.kind === kind ? { ...object, spec: { ...(object.spec as object), ...spec } } : object,
    )

/** A deploy branch with a cluster behind it, to which an app is published and released. */
export class CanaryWorld {
  readonly remote: GitRemote
  readonly place: Place
  readonly cluster: ImaginedCluster

  constructor(remote: GitRemote) {
    this.remote = remote
    this.place = { remote, branch: 'deploy', environment: 'prod' }
    this.cluster = new ImaginedCluster(this.place)
  }

  publish(rendition: Rendition, props: Partial<PublishProps> = {}): Promise<PublishResult> {
    return publish({
      remote: this.remote,
      branch: 'deploy',
      rendering: { environment: 'prod', files: rendition.files },
      ...props,
    })
  }

  /** Lets the cluster follow and looks, as often as asked; the actions that came of it. */
  async tick(times = 1): Promise<readonly string[]> {
    const actions: string[] = []
    for (let look = 0; look < times; look++) {
      await this.cluster.sync()
      const { commits, broken } = await tick({
        place: this.place,
        live: this.cluster,
        now: () => this.cluster.nowMs,
      })
      if (broken[0] !== undefined) throw new Error(broken[0].problem)
      actions.push(...commits.flatMap(({ moves }) => moves.map(({ move }) => move.action)))
    }
    return actions
  }

  async untilRest(): Promise<readonly string[]> {
    const actions: string[] = []
    for (let look = 0; look < 100; look++) {
      actions.push(...(await this.tick()))
      const { rollout, queued } = await this.record()
      if (rollout === undefined && queued === undefined) return actions
    }
    throw new Error(`Still in flight after ${actions.join(', ')}`)
  }

  async ask(request: RolloutRequest): Promise<void> {
    const actor = { name: 'alice', proof: 'git alice@example.com' }
    const { place } = this
    await actOnRollout({ place, app: APP, request, actor, now: () => this.cluster.nowMs })
  }

  async record(): Promise<RecordSpec> {
    const text = (await this.files())[RECORD]
    if (text === undefined) throw new Error('There is no record')
    return readRecord(text, RECORD).spec
  }

  /** All files of the branch. */
  async files(): Promise<Readonly<Record<string, string>>> {
    const tree = [...(await this.remote.files((await this.remote.tip('deploy')) ?? '', ''))]
    const texts = await this.remote.contents(tree.map(([, { id }]) => id))
    return Object.fromEntries(tree.map(([path, { id }]) => [path, texts.get(id) ?? '']))
  }

  /** Synced files and plan of the app, by path below the environment. */
  async released(): Promise<Readonly<Record<string, string>>> {
    const own = Object.entries(await this.files()).filter(([path]) =>
      /^prod\/(workloads|traffic)\/.*\.yaml$|plan\.yaml$/.test(path),
    )
    return Object.fromEntries(own.map(([path, text]) => [path.slice('prod/'.length), text]))
  }

  /** A commit that Lockstep did not make. */
  async edit(changes: Readonly<Record<string, string | undefined>>): Promise<string> {
    return this.remote.commit({
      branch: 'deploy',
      parent: await this.remote.tip('deploy'),
      isNewBranch: false,
      changes: Object.entries(changes).map(([path, write]) =>
        write === undefined ? { path } : { path, write },
      ),
      message: 'by hand\n',
    })
  }

  /** Of the newest commit. */
  async message(): Promise<string> {
    const commit = (await this.remote.tip('deploy')) ?? ''
    const [newest] = await this.remote.log({ commit, path: 'prod', limit: 1 })
    return newest?.message ?? ''
  }
}

export const textsOf = ({ files }: Rendition): Readonly<Record<string, string>> =>
  Object.fromEntries(files.map(({ path, text }) => [path, text]))
