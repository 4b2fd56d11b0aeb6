import { z } from 'zod'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { oneLine } from './one-line.ts'
import { isSyncName, type SyncIdentity } from './sync-of-object.ts'

/**
 * On the metadata of what splits the requests of an app: somebody has sent all of them to stable in the
 * cluster, and the branch owes the abort. No sync has it in its manifests, so none takes it away.
 */
export const LIVE_ABORT_ANNOTATION = 'lockstep.dev/aborted-live'

/**
 * An abort that was made in the cluster, since Git was out of reach. Whoever may write the object that it is
 * noted on may have written anything: it can abort, and suspend nothing, and prove nothing of anybody.
 */
export interface LiveAbort {
  /** `<namespace>/<app>`. */
  readonly app: string
  /** Id of the rollout. It says nothing of any other. */
  readonly rollout: string
  /** As a sentence without a full stop. */
  readonly reason: string
  /** Who asked for it, as the note says; absent if it does not. Good for people to read, for nothing else. */
  readonly by?: string | undefined
  /** When, RFC 3339, by the clock of the cluster. */
  readonly at: string
  /** What was suspended for it, the outermost first. */
  readonly syncs: readonly SyncIdentity[]
  /** Pods that stable has got for all requests; absent where routes send them there. */
  readonly replicas?: number | undefined
}

const TEXT = z.string().min(1)

/** For people, who read it on the branch and in terminals. */
const LINE = z
  .string()
  .transform((text) => oneLine(text))
  .pipe(TEXT)

const SYNC_NAME = z.string().refine(isSyncName)
const SYNC_PLACE = { namespace: SYNC_NAME, name: SYNC_NAME }

const SYNC = z.discriminatedUnion('kind', [
  z.object({
    group: z.literal('kustomize.toolkit.fluxcd.io'),
    kind: z.literal('Kustomization'),
    ...SYNC_PLACE,
  }),
  z.object({ group: z.literal('argoproj.io'), kind: z.literal('Application'), ...SYNC_PLACE }),
])

/** An app has two syncs, and each of them one that applies it, and so on. */
const MOST_SYNCS = 20

const LIVE_ABORT = z.object({
  app: TEXT,
  rollout: TEXT,
  reason: LINE,
  by: LINE.optional(),
  at: z.iso.datetime({ offset: true }),
  syncs: z.array(SYNC).max(MOST_SYNCS),
  replicas: z.int().min(1).optional(),
})

/** As it will be read: what is for people is on one line and no longer than that can be. */
export const writeLiveAbort = (abort: LiveAbort): string => JSON.stringify(LIVE_ABORT.parse(abort))

/** What an object says of it; `undefined` if it says nothing, or nothing that Lockstep has written. */
export function liveAbortOf({ metadata }: KubernetesObject): LiveAbort | undefined {
  const written = metadata.annotations?.[LIVE_ABORT_ANNOTATION]
  return written === undefined ? undefined : LIVE_ABORT.safeParse(parse(written)).data
}

/** Why the branch aborts it then, as a sentence without a full stop. */
export function reasonOnBranch({ reason, by, at }: LiveAbort): string {
  const who = by === undefined ? '' : `, by ${by} as its note says`
  return `${reason} (aborted in the cluster at ${at}${who})`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
