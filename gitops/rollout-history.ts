import { KEPT_HELD_BACK } from '../rollouts/abort.ts'
import { formerRevisions } from '../rollouts/former-revisions.ts'
import type { RecordSpec } from '../rollouts/record.ts'
import { type StageName, stageName } from '../rollouts/stage-name.ts'
import type { AppTrailers } from './app-trailers.ts'
import type { LoggedCommit } from './git-remote.ts'
import { readTrailers } from './read-trailers.ts'

/** One commit that has changed how far the releases of an app have come. */
export interface HistoryEntry extends Pick<LoggedCommit, 'id' | 'author' | 'committedAtMs'> {
  /** First line of its message. */
  readonly subject: string
  /** What it says that it did to the app; absent of a commit that is none of ours. */
  readonly told?: AppTrailers
}

/** One commit of an app's record, as far as it is about the app. */
export function historyEntry(
  { id, author, committedAtMs, message }: LoggedCommit,
  app: string,
): HistoryEntry {
  const told = readTrailers(message).apps.find((one) => one.app === app)
  const [subject = ''] = message.split('\n', 1)
  return { id, author, committedAtMs, subject, ...(told !== undefined && { told }) }
}

/**
 * What has happened to the rollouts of an app, in the order of the log.
 *
 * @param log of the app's record
 */
export const rolloutHistory = (
  log: readonly LoggedCommit[],
  app: string,
): readonly HistoryEntry[] => log.map((commit) => historyEntry(commit, app))

/** What a record says, as far as trailers tell it too. */
export interface ReplayedRecord {
  /** How many rollouts there were. */
  readonly count: number
  /** The rollout in flight; absent at rest. */
  readonly rollout?: ReplayedRollout
  /** The revision that is released next. */
  readonly queued?: string
  /** Newest first. */
  readonly heldBack: readonly string[]
  /** Newest first. */
  readonly former: readonly string[]
}

export interface ReplayedRollout {
  readonly id: string
  readonly base: string
  readonly commits: number
  readonly stage: StageName
}

/**
 * The state of an app's rollouts as its history tells it, without a look at any file: what an auditor
 * has who trusts nothing but signed commits. Commits of others tell nothing, so where one has changed
 * the record by hand, the record says something else.
 *
 * @param history all of it, newest first; from the newest commit on that has removed the app, if any has
 */
export const replay = (history: readonly HistoryEntry[]): ReplayedRecord =>
  history.reduceRight<ReplayedRecord>(
    (record, { told }) => (told?.stage === undefined ? record : after(record, told)),
    { count: 0, heldBack: [], former: [] },
  )

/** The same of a record. */
export function replayable({
  count,
  rollout,
  queued,
  heldBack,
  former,
}: RecordSpec): ReplayedRecord {
  return {
    count,
    ...(rollout !== undefined && {
      rollout: {
        id: rollout.id,
        base: rollout.base,
        commits: rollout.commits,
        stage: stageName(rollout.stage),
      },
    }),
    ...(queued !== undefined && { queued: queued.revision }),
    heldBack: heldBack.map(({ revision }) => revision),
    former,
  }
}

function after(record: ReplayedRecord, told: AppTrailers): ReplayedRecord {
  const { rollout: id, base, commit, stage = 'at-rest', queued } = told
  const isInFlight = stage !== 'at-rest' && id !== undefined
  return {
    count: isInFlight ? countOf(id) : record.count,
    ...(isInFlight && { rollout: { id, base: base ?? '', commits: commit ?? 0, stage } }),
    ...(queued !== undefined && { queued }),
    heldBack: heldBackAfter(record, told),
    former: formerAfter(record, told),
  }
}

/** What is stable now, or is to be tried again, is no longer held back. */
function heldBackAfter(
  { heldBack }: ReplayedRecord,
  { action, revision, queued, heldBack: added }: AppTrailers,
): readonly string[] {
  const isFree = action === 'finish' || action === 'direct' ? revision : undefined
  const retried = action === 'queue' ? queued : undefined
  const left = heldBack.filter((one) => one !== isFree && one !== retried && one !== added)
  return added === undefined ? left : [added, ...left].slice(0, KEPT_HELD_BACK)
}

function formerAfter(
  { former, rollout }: ReplayedRecord,
  { action, base, revision }: AppTrailers,
): readonly string[] {
  if (action !== 'finish' && action !== 'direct') return former
  // A release without a canary in the middle of an abort is the base from then on.
  return formerRevisions(former, { stable: revision, before: rollout?.base ?? base })
}

/** Ids of rollouts end in their number. */
const countOf = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1))
