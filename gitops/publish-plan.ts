import type { HeldBack, RolloutNote } from './app-merge.ts'
import type { DriftedFile } from './drift.ts'
import type { FileChange } from './git-remote.ts'
import type { ObjectTransition } from './object-transition.ts'
import type { Stop } from './stop.ts'

/** What a publish is about to do to one environment, as the branch is now. */
export interface PublishPlan {
  readonly environment: string
  /** Files of the branch that change, by path from its root. None if there is nothing to do. */
  readonly changes: readonly FileChange[]
  /** Which of these files the branch does not have yet, by path from its root. */
  readonly created: readonly string[]
  /** The same by object, with what a revision will change that waits for its rollout. */
  readonly transitions: readonly ObjectTransition[]
  /** Apps that get something new, `<namespace>/<app>`. */
  readonly apps: readonly string[]
  /** Apps that have a rollout plan, whether they change or not. */
  readonly canaries: readonly string[]
  readonly drift: readonly DriftedFile[]
  readonly heldBack: readonly HeldBackApp[]
  /** Apps with a revision that waits for its rollout, or is in one. */
  readonly rollouts: readonly AppRollout[]
  /** Reasons to write nothing at all. */
  readonly stops: readonly Stop[]
  /** What is worth knowing and stops nothing. */
  readonly warnings: readonly string[]
}

/** An app that stays as it is on the branch, while the others are published. */
export interface HeldBackApp extends HeldBack {
  /** `<namespace>/<app>`. */
  readonly app: string
}

/** What there is to say of the rollouts of an app. */
export interface AppRollout extends RolloutNote {
  /** `<namespace>/<app>`. */
  readonly app: string
}

/** What a person has agreed to beforehand. */
export interface PublishOptions {
  /**
   * Take over files of others that hold our objects.
   *
   * @default false
   */
  readonly adopt?: boolean
  /**
   * Undo edits by hand in files of ours.
   *
   * @default false
   */
  readonly overwriteDrift?: boolean
  /** Projects whose apps in this environment are this project's from now on. */
  readonly takeOver?: readonly string[]
  /** Objects that may be deleted with their data, or deleted and made anew: `Deployment.apps shop/web`. */
  readonly allowDestroy?: readonly string[]
  /** Objects whose number of pods may fall back to one for a moment. */
  readonly allowHandover?: readonly string[]
  /** Apps whose new revision is released at once, without a canary. */
  readonly direct?: readonly string[]
  /** Why, for the record. */
  readonly reason?: string
  /**
   * Publish nothing if any app would be held back.
   *
   * @default false
   */
  readonly strict?: boolean
}
