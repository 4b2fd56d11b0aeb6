import { z } from 'zod'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { SyncIdentity } from './sync-of-object.ts'

/**
 * On the metadata of what splits the requests of an app: somebody has sent all of them to stable in the
 * cluster, and the branch owes the abort. No sync has it in its manifests, so none takes it away.
 */
export const LIVE_ABORT_ANNOTATION = 'lockstep.dev/aborted-live'

/** An abort that was made in the cluster, since Git was out of reach. */
export interface LiveAbort {
  /** `<namespace>/<app>`. */
  readonly app: string
  /** Id of the rollout. It says nothing of any other. */
  readonly rollout: string
  /** As a sentence without a full stop. */
  readonly reason: string
  /** Who asked for it, as the API server knows them; absent if it does not say. */
  readonly by?: string | undefined
  /** When, RFC 3339, by the clock of the cluster. */
  readonly at: string
  /** What was suspended for it, the outermost first. */
  readonly syncs: readonly SyncIdentity[]
  /** Pods that stable has got for all requests; absent where routes send them there. */
  readonly replicas?: number | undefined
}

const TEXT = z.string().min(1)

const LIVE_ABORT = z.object({
  app: TEXT,
  rollout: TEXT,
  reason: TEXT,
  by: TEXT.optional(),
  at: TEXT,
  syncs: z.array(z.object({ group: TEXT, kind: TEXT, namespace: TEXT, name: TEXT })),
  replicas: z.int().min(1).optional(),
})

export const writeLiveAbort = (abort: LiveAbort): string => JSON.stringify(abort)

/** What an object says of it; `undefined` if it says nothing, or nothing that Lockstep has written. */
export function liveAbortOf({ metadata }: KubernetesObject): LiveAbort | undefined {
  const written = metadata.annotations?.[LIVE_ABORT_ANNOTATION]
  return written === undefined ? undefined : LIVE_ABORT.safeParse(parse(written)).data
}

/** Why the branch aborts it then, as a sentence without a full stop. */
export const reasonOnBranch = ({ reason, at }: LiveAbort): string =>
  `${reason} (aborted in the cluster at ${at})`

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
