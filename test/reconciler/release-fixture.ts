import { readEnvironment } from '../../gitops/environment-on-branch.ts'
import type { FileChange, GitRemote } from '../../gitops/git-remote.ts'
import { EMPTY_APP, INVENTORY_FILE, writeInventory } from '../../gitops/inventory.ts'
import { publish } from '../../gitops/publish.ts'
import { rolloutChanges } from '../../gitops/rollout-changes.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { type ActResult, actOnRollout } from '../../reconciler/act-on-rollout.ts'
import type { Place } from '../../reconciler/commit-moves.ts'
import { rolloutStates } from '../../reconciler/rollout-states.ts'
import { type TickProps, type TickResult, tick } from '../../reconciler/tick.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import type { RecordSpec } from '../../rollouts/record.ts'
import { recordOf } from '../../rollouts/record-file.ts'
import type { Rendition } from '../../rollouts/rendition.ts'
import { planWith } from '../rollouts/plan-fixture.ts'
import { renditionOf } from '../rollouts/renditions.ts'
import { ImaginedCluster } from './imagined-cluster.ts'

export const APP = 'shop/checkout'

/** Two steps, each held for half a minute, and nothing measured. */
export const briefPlan = planWith({
  steps: [
    { weight: 20, holdSeconds: 30 },
    { weight: 50, holdSeconds: 30 },
  ],
  analysis: [],
  freezeWindows: [],
})

export interface Release {
  readonly place: Place
  readonly cluster: ImaginedCluster
  readonly base: Rendition
  readonly candidate: Rendition
  /** Lets the cluster follow, and looks once. */
  readonly tick: (props?: Partial<TickProps>) => Promise<TickResult>
  /** Until nothing is in flight. */
  readonly untilRest: (props?: Partial<TickProps>) => Promise<readonly string[]>
  /** As a person, or an alert. */
  readonly abort: (reason: string) => Promise<ActResult>
  readonly record: () => Promise<RecordSpec>
  /** Synced files and plan as they are on the branch, by path below the environment. */
  readonly files: () => Promise<Readonly<Record<string, string>>>
  /** A commit that Lockstep did not make. */
  readonly edit: (changes: readonly FileChange[], message?: string) => Promise<string>
  /** A file of an app (`undefined`: none) as another Lockstep has written it, with the inventory. */
  readonly write: (app: string, path: string, text: string | undefined) => Promise<string>
}

/** An app that is stable on a branch and in a cluster, and a candidate that waits. */
export async function releaseOn(
  remote: GitRemote,
  plan: RolloutPlan = briefPlan,
): Promise<Release> {
  const place: Place = { remote, branch: 'deploy', environment: 'prod' }
  const base = renditionOf('registry.example.com/shop/checkout:1.4', plan, attached)
  const candidate = renditionOf('registry.example.com/shop/checkout:1.5', plan, attached)
  await publish({ remote, branch: 'deploy', rendering: { environment: 'prod', files: base.files } })
  await queue(place, base, candidate)
  const cluster = new ImaginedCluster(place)
  const look = async (props: Partial<TickProps> = {}): Promise<TickResult> => {
    await cluster.sync()
    return tick({ place, live: cluster, now: () => cluster.nowMs, ...props })
  }
  const record = async (): Promise<RecordSpec> => {
    const { states, broken } = await rolloutStates({ place, app: APP })
    const [state] = states
    if (state === undefined) throw new Error(broken[0]?.problem ?? 'There is no record')
    return state.record.spec
  }
  const edit: Release['edit'] = async (changes, message = 'by hand') =>
    remote.commit({
      branch: 'deploy',
      parent: await remote.tip('deploy'),
      isNewBranch: false,
      changes,
      message,
    })
  return {
    place,
    cluster,
    base,
    candidate,
    tick: look,
    record,
    abort: (reason) =>
      actOnRollout({
        place,
        app: APP,
        request: { action: 'abort', reason },
        actor: { name: 'alice@example.com', proof: 'git' },
        now: () => cluster.nowMs,
      }),
    untilRest: async (props) => {
      const actions: string[] = []
      for (let looks = 0; looks < 100; looks++) {
        const { commits, broken } = await look(props)
        if (broken[0] !== undefined) throw new Error(broken[0].problem)
        actions.push(...commits.flatMap(({ moves }) => moves.map(({ move }) => move.action)))
        const { rollout, queued } = await record()
        if (rollout === undefined && queued === undefined) return actions
      }
      throw new Error(`Still in flight after ${actions.join(', ')}`)
    },
    files: async () => {
      const tip = (await remote.tip('deploy')) ?? ''
      const tree = [...(await remote.files(tip, 'prod'))].filter(([path]) =>
        /^(workloads|traffic)\/.*\.yaml$|plan\.yaml$/.test(path),
      )
      const texts = await remote.contents(tree.map(([, { id }]) => id))
      return Object.fromEntries(tree.map(([path, { id }]) => [path, texts.get(id) ?? '']))
    },
    edit,
    write: async (app, path, text) => {
      const { inventory } = await readEnvironment(remote, await remote.tip('deploy'), 'prod')
      const before = inventory.apps.get(app) ?? EMPTY_APP
      const files = new Map(before.files)
      const [id = ''] = await remote.blobIds([text ?? ''])
      if (text === undefined) files.delete(path)
      else files.set(path, id)
      const apps = new Map([...inventory.apps, [app, { ...before, files }]])
      return edit([
        text === undefined ? { path: `prod/${path}` } : { path: `prod/${path}`, write: text },
        { path: `prod/${INVENTORY_FILE}`, write: writeInventory({ apps }) },
      ])
    },
  }
}

/** As `files` of a release tells them. */
export const textsOf = ({ files }: Rendition): Readonly<Record<string, string>> =>
  Object.fromEntries(files.map(({ path, text }) => [path, text]))

/** Puts a candidate into the record, as publish does. */
async function queue(place: Place, base: Rendition, candidate: Rendition): Promise<void> {
  const { remote, branch, environment } = place
  const parent = await remote.tip(branch)
  const onBranch = await readEnvironment(remote, parent, environment)
  const spec = { count: 0, queued: { revision: candidate.revision }, heldBack: [], former: [] }
  const changes = await rolloutChanges({
    remote,
    environment,
    onBranch,
    apps: [
      {
        app: APP,
        record: recordOf(APP, spec),
        files: base.files,
        renditions: [candidate],
        kept: new Set(),
      },
    ],
  })
  const message = 'queue\n\nLockstep-Action: publish\n'
  await remote.commit({ branch, parent, isNewBranch: false, changes, message })
}

/** With a parent that can accept the route. */
export const attached = (objects: KubernetesObject[]): KubernetesObject[] =>
  objects.map((object) =>
    object.kind === 'HTTPRoute'
      ? { ...object, spec: { ...(object.spec as object), parentRefs: [{ name: 'public' }] } }
      : object,
  )
