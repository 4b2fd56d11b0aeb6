import type { RenderedFile } from '../manifests/rendering.ts'

/** What one app is to have on the branch, as the merge decided. */
export interface DesiredApp {
  /** `<namespace>/<app>`. */
  readonly app: string
  /** Empty if the app goes. */
  readonly files: readonly DesiredFile[]
  /** Why the app does not get what its definition says; `undefined` if it does. */
  readonly heldBack?: string
}

export interface DesiredFile {
  /** Below the environment's folder. */
  readonly path: string
  /** Git blob id that the content has in this repository. */
  readonly id: string
  /** All of the file. Most are settled by their ids, and then nothing else of them is looked at. */
  readonly rendered: RenderedFile
}
