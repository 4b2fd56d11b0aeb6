export { type AppMerge, type AppToMerge, type MergedApp, plainMerge } from './app-merge.ts'
export { diffPlan, type Effect, type ObjectDiff } from './diff.ts'
export type { DriftedFile } from './drift.ts'
export { NotAnEnvironmentError } from './environment-on-branch.ts'
export type { FieldChange } from './field-changes.ts'
export type { CommitRequest, FileChange, FileMode, GitRemote, TreeFile } from './git-remote.ts'
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
export type { HeldBackApp, PublishOptions, PublishPlan } from './publish-plan.ts'
export type { RetryLostRacesProps } from './retry-lost-races.ts'
export type { Stop } from './stop.ts'
