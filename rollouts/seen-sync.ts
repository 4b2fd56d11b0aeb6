import { text } from '../manifests/fields.ts'

/** What keeps objects as the branch has them, as far as people who wait want to know. */
export interface SeenSync {
  /** `Kustomization flux-system/prod-traffic`. */
  readonly name: string
  /** Why it does not do that, as sentences without a full stop; empty if it does. */
  readonly problems: readonly string[]
  /** Apps for whose abort in the cluster it is suspended; absent if it is not suspended. */
  readonly suspendedFor?: readonly string[]
  /** The commit whose objects it has applied, all of them; absent if it does not say. */
  readonly commit?: string
  /** What it is doing, in its own words; absent if nothing. */
  readonly progress?: string
}

const MOST_SAID = 400

/**
 * What a controller says, as the end of a sentence. Its first line names the object that it is about, most
 * often one of another app.
 */
export function saidBy(message: unknown): string {
  const [line = ''] = (text(message) ?? '').trim().split('\n', 1)
  const said = line.length > MOST_SAID ? `${line.slice(0, MOST_SAID)}…` : line
  const ended = said.trim().replace(/[.,]$/, '')
  return ended === '' ? '' : `: ${ended}`
}
