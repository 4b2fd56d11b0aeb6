import type { EnvironmentOnBranch } from '../gitops/environment-on-branch.ts'
import { MissingRenditionError } from '../gitops/missing-rendition-error.ts'
import { recentCommits } from '../gitops/tampered.ts'
import { recordPath } from '../manifests/layout.ts'
import { UnreadableManifestError } from '../manifests/unreadable-manifest-error.ts'
import { MalformedPlanError } from '../rollouts/malformed-plan-error.ts'
import { MalformedRecordError } from '../rollouts/malformed-record-error.ts'
import { readRecord } from '../rollouts/read-record.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import type { Place } from './commit-moves.ts'
import { pathsToRead, type RecordOnBranch, readApp } from './read-app.ts'

/** An app whose files tell nothing that can be relied on. It stays as it is until a person has looked. */
export interface BrokenApp {
  /** `<namespace>/<app>`. */
  readonly app: string
  /** What is wrong and what to do, as sentences. */
  readonly problem: string
}

export interface ReadAppsProps {
  readonly place: Place
  /** The commit that was read. */
  readonly commit: string
  readonly onBranch: EnvironmentOnBranch
  /** Apps to read, at rest or not. @default - those that have something to do */
  readonly only?: ReadonlySet<string>
}

export interface AppsRead {
  readonly apps: readonly AppOnBranch[]
  readonly broken: readonly BrokenApp[]
}

/** Reads the apps of an environment that have a rollout in flight or a revision waiting for one. */
export async function readApps(props: ReadAppsProps): Promise<AppsRead> {
  const broken: BrokenApp[] = []
  const attempt = async <T>(app: string, read: () => T | Promise<T>): Promise<readonly T[]> => {
    try {
      return [await read()]
    } catch (error) {
      broken.push({ app, problem: problemOf(error) })
      return []
    }
  }
  const wanted = [...props.onBranch.records].filter(([app]) => props.only?.has(app) ?? true)
  const read = await Promise.all(
    wanted.map(([app, text]) => attempt(app, () => recordAt(props.place, app, text))),
  )
  const records = read.flat().filter((one) => props.only !== undefined || isActive(one))
  const texts = await textsOf(props, records)
  const recent = records.length > 0 ? await recentCommits(props.place, props.commit) : []
  const apps = await Promise.all(
    records.map((record) => {
      const own = texts.get(record.app) ?? new Map<string, string>()
      return attempt(record.app, () => readApp({ ...props, ...record, recent, texts: own }))
    }),
  )
  return { apps: apps.flat(), broken }
}

/** @throws {MalformedRecordError} */
export function recordAt({ environment }: Place, app: string, text: string): RecordOnBranch {
  const [namespace = '', name = ''] = app.split('/')
  return { app, record: readRecord(text, `${environment}/${recordPath(namespace, name)}`) }
}

const isActive = ({ record: { spec } }: RecordOnBranch): boolean =>
  spec.rollout !== undefined || spec.queued !== undefined

/** Errors of what people may have edited. Anything else is a mistake of ours, and thrown. */
const READABLE = [
  MalformedPlanError,
  MalformedRecordError,
  MissingRenditionError,
  UnreadableManifestError,
] as const

function problemOf(error: unknown): string {
  if (READABLE.some((known) => error instanceof known) && error instanceof Error) {
    const remedy = 'remedy' in error ? `. ${error.remedy}` : ''
    return `${error.message}${remedy}`
  }
  throw error
}

/** Contents of all that is needed of the apps, in one round trip: by app, by path. */
async function textsOf(
  { place: { remote }, onBranch }: ReadAppsProps,
  records: readonly RecordOnBranch[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const files = records.map((record) => {
    const found = pathsToRead(onBranch, record).flatMap((path) => {
      const file = onBranch.tree.get(path)
      return file === undefined ? [] : [[path, file.id] as const]
    })
    return [record.app, found] as const
  })
  const ids = new Set(files.flatMap(([, found]) => found.map(([, id]) => id)))
  const contents = await remote.contents([...ids])
  return new Map(
    files.map(([app, found]) => [
      app,
      new Map(found.map(([path, id]) => [path, contents.get(id) ?? ''])),
    ]),
  )
}
