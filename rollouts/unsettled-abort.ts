import type { LiveAbort } from './live-abort.ts'
import type { UnsettledAbort } from './record.ts'
import { settleCommand } from './settle-command.ts'
import type { SyncIdentity } from './sync-of-object.ts'

/** What a record keeps of a note in the cluster. */
export const unsettled = ({ rollout, at, syncs }: LiveAbort): UnsettledAbort => ({
  rollout,
  at,
  syncs: syncs.map(nameOf),
})

/**
 * What is left to do by whoever sees the note, as a sentence that ends in its command: nothing from the branch
 * gets past what is suspended until then.
 */
export function unsettledReason({ app, syncs }: LiveAbort, environment: string): string {
  const names = syncs.map(nameOf).join(' and ')
  const what = syncs.length === 0 ? 'its note stays' : `${names} ${isOrAre(syncs)} suspended`
  return `it was aborted in the cluster, and ${what} until it is settled: ${settleCommand(app, environment)}`
}

/** Whose abort that was, and where. */
interface Whose {
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly environment: string
}

/** The same by what the branch knows, which is not whether it was done since. */
export function unsettledGuess({ syncs, at }: UnsettledAbort, { app, environment }: Whose): string {
  const names = syncs.length === 0 ? 'its sync' : syncs.join(' and ')
  return `${names} may still be suspended since it was aborted in the cluster at ${at}: ${settleCommand(app, environment)}`
}

const nameOf = ({ kind, namespace, name }: SyncIdentity): string => `${kind} ${namespace}/${name}`

const isOrAre = ({ length }: readonly unknown[]): string => (length === 1 ? 'is' : 'are')
