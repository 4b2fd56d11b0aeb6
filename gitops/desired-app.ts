import type { RenderedFile } from '../manifests/rendering.ts'
import type { MergedApp } from './app-merge.ts'

/** What one app is to have on the branch, as the merge decided. */
export interface DesiredApp extends Omit<MergedApp, 'files' | 'kept' | 'promised'> {
  /** `<namespace>/<app>`. */
  readonly app: string
  /** Empty if the app goes. */
  readonly files: readonly DesiredFile[]
}

export interface DesiredFile {
  /** Below the environment's folder. */
  readonly path: string
  /** Git blob id that the content has in this repository. */
  readonly id: string
  /**
   * All of the file. Most are settled by their ids, and then nothing else of them is looked at. Absent
   * of one that stays as Lockstep has written it.
   */
  readonly rendered?: RenderedFile
}

/** Whether objects are among the files that stay, of which nobody has looked at what they say. */
export const keepsObjects = (files: readonly DesiredFile[]): boolean =>
  files.some(({ path, rendered }) => rendered === undefined && !path.startsWith('rollouts/'))
