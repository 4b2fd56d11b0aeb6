import type { RenderedFile } from '../manifests/rendering.ts'
import type { AppTrailers } from './app-trailers.ts'
import type { Stop } from './stop.ts'

/**
 * Decides what the files of one app on the branch should be. Publish and rollout steps must agree on
 * this, so everything that writes an app's files asks the same function.
 *
 * It sees the app only through what it is given, and is called again after every lost race.
 */
export type AppMerge = (app: AppToMerge) => MergedApp

export interface AppToMerge {
  /** `<namespace>/<app>`. */
  readonly app: string
  /** Folder of the environment, for what is said about files. */
  readonly environment: string
  /** What the app definitions say; empty if they no longer have the app. */
  readonly rendered: readonly RenderedFile[]
  /** What the branch has of an app that has a rollout plan, there or rendered; absent for all others. */
  readonly onBranch?: BranchApp
  /** Why a person wants it released without a canary; absent if nobody does. */
  readonly direct?: string
}

/** A canaried app as it is on the branch. */
export interface BranchApp {
  /** Paths of all that Lockstep has written for it, below the environment's folder. */
  readonly paths: readonly string[]
  /** Those that somebody has edited or deleted by hand since, and whose edits are to stay. */
  readonly edited: readonly string[]
  /** Whether what is rendered is, to the byte, what Lockstep has written last. */
  readonly isAsRendered: boolean
  /**
   * Contents by path: the record; in flight the renditions of base and candidate; at rest, unless the
   * app is as rendered, synced files and plan.
   */
  readonly texts: ReadonlyMap<string, string>
}

export interface MergedApp {
  /** Files that the app is to have. What it has now, and is neither here nor kept, is pruned. */
  readonly files: readonly RenderedFile[]
  /**
   * Paths of files that stay as Lockstep has written them.
   *
   * @default - none
   */
  readonly kept?: readonly string[]
  /**
   * Files of a revision that the app gets in steps, later. What they change is judged now: that the
   * cluster would refuse it must not come out when nobody watches.
   */
  readonly promised?: readonly RenderedFile[]
  /** Why the app does not get what the app definitions say; absent if it does, or will. */
  readonly heldBack?: HeldBack
  /** What there is to say of its rollouts. */
  readonly rollout?: RolloutNote
  /** Why nothing may be published before a person has decided. */
  readonly stops?: readonly Stop[]
  /** What is worth knowing and stops nothing. */
  readonly warnings?: readonly string[]
}

export interface HeldBack {
  /** As a sentence without a full stop. */
  readonly reason: string
  /** What to do, in the imperative. */
  readonly remedy: string
}

export interface RolloutNote {
  /** As a sentence without a full stop, and without the app. */
  readonly message: string
  /** For the commit, if the app is in it. */
  readonly trailers: Omit<AppTrailers, 'app'>
}

/** The app gets what the app definitions say, at once. */
export const plainMerge: AppMerge = ({ rendered }) => ({ files: rendered })
