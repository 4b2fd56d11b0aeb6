import { Construct } from 'constructs'
import { MAX_LABEL_LENGTH } from '../manifests/names.ts'
import { type Emittable, EmittedObject } from './emitted-object.ts'
import { Environment } from './environment.ts'
import { NAME_LABEL } from './labels.ts'
import type { Mistakes } from './mistakes.ts'
import { nowhere } from './nowhere.ts'
import { type Options, optional, type RequiredOption } from './options.ts'
import { readId } from './place.ts'
import { type Shape, shape } from './shape.ts'
import { type SyncSplit, type SyncUnit, syncUnits } from './sync-units.ts'
import { flag, oneOf } from './value-shapes.ts'
import { homeOf } from './workload-context.ts'
import type { Written } from './written.ts'

/** Options of everything that keeps an environment in sync. */
export interface SyncProps {
  /** What is synced. Its apps must have been made before. */
  readonly environment: Environment

  /**
   * Into how many parts: what cannot be applied holds up its own part and no other.
   *
   * To change it on a running cluster, publish with `prune: false` first, then with the new split,
   * and prune again when the new sync objects have applied everything. Otherwise an old sync object
   * that goes away deletes what the new one has not taken over yet.
   *
   * @default 'namespace'
   */
  readonly split?: SyncSplit

  /**
   * Whether an object is deleted when its file goes away, and everything when the sync object does.
   *
   * @default true
   */
  readonly prune?: boolean
}

export const DEFAULT_SPLIT: SyncSplit = 'namespace'

export interface SyncMetadata {
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
}

const ENVIRONMENT: Shape<Environment> = shape({
  expected: 'an Environment of this app',
  example: 'prod',
  is: (value) => Construct.isConstruct(value) && Environment.tryOf(value) === value,
})

export const SYNC_OPTIONS = {
  environment: {
    shape: ENVIRONMENT,
    isRequired: true,
    get standIn() {
      return nowhere()
    },
  } satisfies RequiredOption<Environment>,
  split: optional(oneOf(['environment', 'namespace', 'app'])),
  prune: optional(flag),
} satisfies Options<SyncProps>

/** Emits a sync object for each part of an environment, in the namespace around `construct`. */
export function emitSyncObjects<T extends Emittable>(
  construct: Construct,
  { environment, split = DEFAULT_SPLIT }: SyncProps,
  mistakes: Mistakes,
  write: (unit: SyncUnit, metadata: SyncMetadata) => Written<T>,
): readonly EmittedObject<T>[] {
  const id = readId(construct, { example: 'sync' }, mistakes)
  const { scope, namespace } = homeOf(construct, mistakes)
  const labels = {
    [NAME_LABEL]: id,
    'app.kubernetes.io/managed-by': 'lockstep',
    owner: namespace.owner,
    env: namespace.environment.name,
  }
  const units = syncUnits(environment, split)
  checkSync(construct, { environment, split, units }, mistakes)
  return units.map((unit) => {
    const name = `${id}-${unit.name}`
    return new EmittedObject<T>(
      scope,
      unit.name,
      write(unit, { name, namespace: namespace.name, labels }),
    )
  })
}

interface CheckSyncProps {
  readonly environment: Environment
  readonly split: SyncSplit
  readonly units: readonly SyncUnit[]
}

function checkSync(
  construct: Construct,
  { environment, split, units }: CheckSyncProps,
  mistakes: Mistakes,
): void {
  if (Environment.tryOf(construct) === environment) {
    mistakes.add({
      option: 'environment',
      value: environment.name,
      problem:
        'is the one that the sync objects are in, so nothing would ever apply the first of them',
      remedy:
        "Make them in an environment of the cluster's own: `new Environment(app, 'cluster', { … })`",
    })
  }
  for (const { name } of units) {
    // Both engines put it on everything that they apply, as the value of a label.
    const length = construct.node.id.length + 1 + name.length
    if (length <= MAX_LABEL_LENGTH) continue
    mistakes.add({
      option: 'id',
      value: construct.node.id,
      problem: `makes a sync object '${construct.node.id}-${name}' of ${length} characters, and ${MAX_LABEL_LENGTH} are allowed`,
      remedy: 'Use a shorter id, or a coarser split',
    })
  }
  construct.node.addValidation({
    validate: () => missedFolders(units, syncUnits(environment, split)).map(describeMissed),
  })
}

const missedFolders = (seen: readonly SyncUnit[], all: readonly SyncUnit[]): readonly string[] => {
  const known = new Set(seen.map(({ folder }) => folder))
  return all.flatMap(({ folder }) => (known.has(folder) ? [] : [folder]))
}

const describeMissed = (folder: string): string =>
  `'environment' got '${folder}' after the sync was made, so nothing syncs it. Make the sync after the apps`
