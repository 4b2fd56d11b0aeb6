import type { EnvironmentOnBranch } from '../gitops/environment-on-branch.ts'
import { LostFileError } from '../gitops/lost-file-error.ts'
import { pastContents } from '../gitops/past-contents.ts'
import { isUnreadable } from '../gitops/released-app.ts'
import { recentCommits } from '../gitops/tampered.ts'
import { recordPath } from '../manifests/layout.ts'
import { readRecord } from '../rollouts/read-record.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import type { Place } from './commit-moves.ts'
import { blobsToRead, type RecordOnBranch, readApp } from './read-app.ts'

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
      const own = texts.get(record.app) ?? new Map<string, string | undefined>()
      return attempt(record.app, () => readApp({ ...props, ...record, recent, texts: own }))
    }),
  )
  return { apps: apps.flat(), broken }
}

/**
 * @param text as Lockstep has written it; `undefined` if the repository has that no longer
 * @throws {LostFileError}
 * @throws {MalformedRecordError}
 */
export function recordAt(
  { environment }: Place,
  app: string,
  text: string | undefined,
): RecordOnBranch {
  const [namespace = '', name = ''] = app.split('/')
  const path = `${environment}/${recordPath(namespace, name)}`
  if (text === undefined) throw new LostFileError(path)
  return { app, record: readRecord(text, path) }
}

const isActive = ({ record: { spec } }: RecordOnBranch): boolean =>
  spec.rollout !== undefined || spec.queued !== undefined

/** @throws what is no matter of the files but a mistake of ours */
function problemOf(error: unknown): string {
  if (!isUnreadable(error) && !(error instanceof LostFileError)) throw error
  return 'remedy' in error ? `${error.message}. ${error.remedy}` : error.message
}

/**
 * Contents of all that is needed of the apps, by app, by path; `undefined` of what the repository has no
 * longer. One round trip, but for what somebody has changed by hand.
 */
async function textsOf(
  { place: { remote }, onBranch }: ReadAppsProps,
  records: readonly RecordOnBranch[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, string | undefined>>> {
  const wanted = records.map((record) => [record.app, blobsToRead(onBranch, record)] as const)
  const blobs = wanted.flatMap(([, files]) => [...files])
  const isThere = ([path, id]: readonly [string, string]): boolean =>
    onBranch.tree.get(path)?.id === id
  const there = new Set(blobs.filter(isThere).map(([, id]) => id))
  const contents = await remote.contents([...there])
  const changed = blobs.flatMap(([, id]) => (there.has(id) ? [] : [id]))
  const past = await pastContents(remote, changed)
  const textOf = (id: string): string | undefined => contents.get(id) ?? past.get(id)
  return new Map(
    wanted.map(([app, files]) => [
      app,
      new Map([...files].map(([path, id]) => [path, textOf(id)] as const)),
    ]),
  )
}
