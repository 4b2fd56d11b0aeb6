import type { FieldChange } from './field-changes.ts'

/** A file of ours that somebody changed on the branch by hand. */
export interface DriftedFile {
  /** Below the environment's folder. */
  readonly path: string
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly state: 'edited' | 'deleted'
  /**
   * - `kept`: this publish has nothing new for the file, and leaves it as it was edited.
   * - `conflict`: this publish would change or remove it. Its app is held back as a whole, since its
   *   files belong together: a Deployment, the ConfigMap that it names, the Service in front.
   * - `overwritten`: the edit is undone, as was asked for.
   */
  readonly outcome: 'kept' | 'conflict' | 'overwritten'
  /**
   * What undoing the edit changes, from what the branch has to what the app definitions say. Empty if
   * the file was deleted, is no longer one object, stays in flight as it was written, or is to go.
   */
  readonly fields: readonly FieldChange[]
}

/** As far as ids tell, without reading the file. */
export type Drift = Omit<DriftedFile, 'fields'>

export interface DriftProps {
  readonly path: string
  readonly app: string
  /** Blob id that we wrote. */
  readonly written: string
  /** Blob id on the branch; `undefined` if the file is gone. */
  readonly actual: string | undefined
  /** Blob id that it is to have; `undefined` if it is to go. */
  readonly wanted: string | undefined
  readonly overwrite: boolean
}

/** How a file of ours differs from what we wrote; `undefined` if it does not, or if no matter. */
export function driftOf(props: DriftProps): Drift | undefined {
  const { path, app, written, actual, wanted, overwrite } = props
  // Somebody has already done by hand what we are about to do.
  if (actual === written || actual === wanted) return undefined
  const state = actual === undefined ? 'deleted' : 'edited'
  if (overwrite) return { path, app, state, outcome: 'overwritten' }
  return { path, app, state, outcome: wanted === written ? 'kept' : 'conflict' }
}
