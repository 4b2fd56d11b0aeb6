import type { GitRemote } from '../../gitops/git-remote.ts'
import type { Gate } from '../../reconciler/gate-state.ts'
import type { RolloutLook } from '../../reconciler/look-at-rollout.ts'
import type { SharedLookRequest } from '../../reconciler/shared-looks.ts'
import type { AppName } from '../../reconciler/stops-on-branch.ts'
import type { TickCommit, TickResult } from '../../reconciler/tick.ts'

/** A repository for one caller at a time. */
export interface OpenedRemote {
  readonly remote: GitRemote
  /** To be called in any case. */
  readonly close: () => Promise<void>
}

/** An environment that a function serves: where its branch is, and who looks at its rollouts. */
export interface RolloutTarget {
  readonly environment: string
  /** Address of the repository, for people and to know it again in webhooks; without credentials. */
  readonly repository: string
  /** Branch that Flux or Argo CD watches. */
  readonly branch: string
  /**
   * Looks at one app as a tick does, for one request; those at the same time may share one look.
   *
   * @throws {UnknownRolloutError} {BrokenRolloutError} {MalformedInventoryError}
   */
  readonly lookAt: (request: SharedLookRequest) => Promise<RolloutLook>
  /**
   * What stands against the release of an app, by the branch as it is after this was called. Cheap enough to
   * be asked again and again: while the branch stays where it is, it is one look at the ref.
   *
   * @throws {MalformedInventoryError}
   */
  readonly gate: (app: AppName, signal: AbortSignal) => Promise<Gate>
  /** For one request, which aborts the signal when it has no more use for it. */
  readonly open: (signal: AbortSignal) => Promise<OpenedRemote>
  /** A tick that begins after this was called; at rest no more than a look at the ref. */
  readonly tick: (signal: AbortSignal) => Promise<TickResult>
  /**
   * A request has made a commit. Comes back at once, but where what a request has begun ends with it.
   *
   * @default - nobody wants to know
   */
  readonly committed?: (commit: TickCommit) => void | Promise<void>
  /** Something may have changed. Does not wait for anything. @default - nobody looks by itself */
  readonly look?: () => void
  /** Who says when the branch moves. Where requests must not wait for each other: a new one each time. */
  readonly watch: () => BranchWatch
}

/** Whoever says when a branch moves. */
export interface BranchWatch {
  /** The tip once it is another one than that, or as it is when the time is over. */
  changed(
    known: string | undefined,
    withinMs: number,
    signal: AbortSignal,
  ): Promise<string | undefined>
  /** Somebody has read the tip for other reasons. */
  saw(tip: string | undefined): void
}
