export {
  type AppMerge,
  type AppToMerge,
  type BranchApp,
  type HeldBack,
  type MergedApp,
  plainMerge,
  type RolloutNote,
} from './app-merge.ts'
export type { AppTrailers, TrailerAction } from './app-trailers.ts'
export { diffPlan, type Effect, type ObjectDiff } from './diff.ts'
export type { DriftedFile } from './drift.ts'
export { NotAnEnvironmentError } from './environment-on-branch.ts'
export type { FieldChange } from './field-changes.ts'
export type {
  CommitRequest,
  FileChange,
  FileMode,
  GitRemote,
  LoggedCommit,
  LogRequest,
  TreeFile,
} from './git-remote.ts'
export {
  BranchMovedError,
  RateLimitedError,
  type RefusalReason,
  RemoteRefusedError,
  RemoteUnreachableError,
} from './git-remote-errors.ts'
export { type Inventory, type InventoryApp, MalformedInventoryError } from './inventory.ts'
export { UnknownAppError } from './merge-apps.ts'
export type { Located, ObjectTransition } from './object-transition.ts'
export { type PlanProps, type PublishProps, type PublishResult, plan, publish } from './publish.ts'
export type { AppRollout, HeldBackApp, PublishOptions, PublishPlan } from './publish-plan.ts'
export type { RetryLostRacesProps } from './retry-lost-races.ts'
export { rolloutMerge } from './rollout-merge.ts'
export type { Stop } from './stop.ts'
