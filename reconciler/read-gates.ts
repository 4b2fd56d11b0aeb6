import type { EnvironmentOnBranch } from '../gitops/environment-on-branch.ts'
import { editedByHand } from '../gitops/tampered.ts'
import { gatesPath } from '../manifests/layout.ts'
import type { Place } from './commit-moves.ts'
import { foreignGate } from './foreign-gate.ts'
import { type Gate, shut } from './gate-state.ts'
import { readApps } from './read-apps.ts'
import { rolloutGate } from './rollout-gate.ts'
import { type AppName, stopsOnBranch } from './stops-on-branch.ts'

export interface ReadGatesProps {
  readonly place: Place
  /** The commit that was read. */
  readonly commit: string
  /** With the records of these apps. */
  readonly onBranch: EnvironmentOnBranch
  readonly apps: readonly AppName[]
}

/** By `<namespace>/<app>`; of an app that the commit does not have, none. */
export interface GatesRead {
  /** What the commit says, now and for ever. */
  readonly gates: ReadonlyMap<string, Gate>
  /** Of what is broken, which may be mended without a commit: see `isAtRest`. */
  readonly broken: ReadonlyMap<string, Gate>
}

/** The gates of apps as a commit has them. */
export async function readGates(props: ReadGatesProps): Promise<GatesRead> {
  const { place, onBranch } = props
  const apps = props.apps.filter((app) => onBranch.inventory.apps.has(nameOf(app)))
  const stops = await stopsOnBranch({ place, onBranch, apps })
  const read = await readApps({ ...props, only: new Set(apps.map(nameOf)) })
  const broken = new Map(read.broken.map(({ app, problem }) => [app, shut(problem)] as const))
  const gates = new Map<string, Gate>()
  for (const app of read.apps) gates.set(app.app, rolloutGate(app, stops(app.record.metadata)))
  const others = apps.filter((app) => !gates.has(nameOf(app)) && !broken.has(nameOf(app)))
  const texts = await gatesTexts(props, others)
  for (const app of others) {
    const reason =
      stops(app)?.reason ?? (await editedByHand({ ...props, ...place, app: nameOf(app) }))
    const path = gatesPath(app.namespace, app.name)
    const gate = foreignGate(texts.get(path), `${place.environment}/${path}`)
    gates.set(nameOf(app), reason === undefined ? gate : shut(reason))
  }
  return { gates, broken }
}

/** Gates of apps without a record, by path, but for those that somebody has edited; in one round trip. */
async function gatesTexts(
  { place, onBranch: { inventory, tree } }: ReadGatesProps,
  apps: readonly AppName[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>()
  for (const app of apps) {
    const path = gatesPath(app.namespace, app.name)
    const id = inventory.apps.get(nameOf(app))?.files.get(path)
    if (id !== undefined && tree.get(path)?.id === id) ids.set(path, id)
  }
  const texts = await place.remote.contents([...ids.values()])
  return new Map([...ids].map(([path, id]) => [path, texts.get(id) ?? '']))
}

const nameOf = ({ namespace, name }: AppName): string => `${namespace}/${name}`
