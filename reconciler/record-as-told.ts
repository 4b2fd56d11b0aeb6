import { contentAt, fileHistory } from '../gitops/file-history.ts'
import { type HistoryEntry, replay, replayable, rolloutHistory } from '../gitops/rollout-history.ts'
import { canonicalJson } from '../manifests/canonical-json.ts'
import { recordPath } from '../manifests/layout.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import { MalformedRecordError } from '../rollouts/malformed-record-error.ts'
import { readRecord } from '../rollouts/read-record.ts'
import type { RecordSpec } from '../rollouts/record.ts'
import type { Place } from './commit-moves.ts'
import { UntoldRolloutError } from './untold-rollout-error.ts'

export interface RecordAsToldProps {
  readonly place: Place
  /** The newest commit to look at. */
  readonly commit: string
  /** `<namespace>/<app>`. */
  readonly app: string
}

export interface ToldRecord {
  readonly file: RenderedFile
  readonly record: RecordSpec
  /** The commit that has written it. */
  readonly asIn: string
}

/**
 * The record of an app as our newest commit of it has left it. It is held against what the trailers of
 * all commits tell, so that nobody's edit of an earlier day is brought back for ours.
 *
 * @throws {UntoldRolloutError}
 */
export async function recordAsTold({ place, commit, app }: RecordAsToldProps): Promise<ToldRecord> {
  const { remote, environment } = place
  const [namespace = '', name = ''] = app.split('/')
  const path = recordPath(namespace, name)
  const onBranch = `${environment}/${path}`
  const untold = (problem: string) => new UntoldRolloutError(onBranch, problem)
  const log = await fileHistory({ remote, commit, path: onBranch })
  const history = ofThisLife(rolloutHistory(log, app))
  const newest = history.find(isTold)
  if (newest === undefined) throw untold(`No commit of ours tells of ${onBranch}`)
  const text = await contentAt({ remote, commit: newest.id, path: onBranch })
  if (text === undefined) throw untold(`The repository no longer has ${onBranch} of ${newest.id}`)
  const record = readAsWritten(text, onBranch)
  const told = replay(history.slice(history.indexOf(newest)))
  if (record === undefined || canonicalJson(replayable(record)) !== canonicalJson(told)) {
    throw untold(`${onBranch} of ${newest.id} is not what the commits up to then tell`)
  }
  return { file: { path, text, app }, record, asIn: newest.id }
}

const isTold = ({ told }: HistoryEntry): boolean => told?.stage !== undefined

/** Without what was before the app was taken out of the app definitions, record and all. */
function ofThisLife(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const end = history.findIndex(({ told }) => told !== undefined && told.stage === undefined)
  return end === -1 ? history : history.slice(0, end)
}

function readAsWritten(text: string, path: string): RecordSpec | undefined {
  try {
    return readRecord(text, path).spec
  } catch (error) {
    if (error instanceof MalformedRecordError) return undefined
    throw error
  }
}
