/** The plan of a rollout and the arithmetic behind it. Pure: no clock, no network, no cluster. */

export type { Actor, ActProps, RequestAtCluster, RolloutRequest } from './acts.ts'
export { act, RolloutRequestRefusedError } from './acts.ts'
export type {
  AnalysisMetric,
  LatencyMetric,
  MetricLimits,
  NoDataPolicy,
  QueryMetric,
  QueryVariable,
  SuccessRateMetric,
} from './analysis-metric.ts'
export { NO_DATA_POLICIES, QUERY_VARIABLES } from './analysis-metric.ts'
export type { AnalysisOutcome, AnalysisVerdict } from './analysis-verdict.ts'
export { ANALYSIS_OUTCOMES } from './analysis-verdict.ts'
export type { CanaryTrackProps } from './canary-track.ts'
export { canaryName, canarySelector, canaryTrack, stableServiceName } from './canary-track.ts'
export type { Closure, Decision, Move, RolloutAction, Wait } from './decision.ts'
export { ROLLOUT_ACTIONS } from './decision.ts'
export type { Freeze } from './freeze-calendar.ts'
export { freezeAt, freezeClosure, freezesAt } from './freeze-calendar.ts'
export type { CronFreezeWindow, FreezeWindow, RecurringFreezeWindow } from './freeze-window.ts'
export { freezeWindowProblems } from './freeze-window.ts'
export type { InFlightProps } from './in-flight.ts'
export { inFlightObjects } from './in-flight.ts'
export type { LiveObjects, LiveState, LiveSyncs } from './live-state.ts'
export { LiveStateUnavailableError } from './live-state.ts'
export { MalformedPlanError } from './malformed-plan-error.ts'
export { MalformedRecordError } from './malformed-record-error.ts'
export type {
  AskedValues,
  MeasuredTrack,
  Metrics,
  RequestCounts,
  SlowRequestCounts,
  TimeWindow,
} from './metrics.ts'
export { MetricsError } from './metrics-error.ts'
export { next } from './next.ts'
export type { NextProps } from './next-props.ts'
export type { Observation, SeenTrack, SeenTraffic } from './observation.ts'
export type {
  CanaryTrack,
  ReplicaRange,
  ReplicaRatioRouter,
  RolloutPlan,
  RolloutSpec,
  RouteRouter,
  Router,
  Track,
} from './plan.ts'
export { PLAN_API_VERSION, PLAN_KIND } from './plan.ts'
export type { PlanProblem } from './plan-problem.ts'
export { describePlanProblem } from './plan-problem.ts'
export { planProblems } from './plan-problems.ts'
export { readPlan } from './read-plan.ts'
export { readRecord } from './read-record.ts'
export type {
  Abort,
  ApprovalGate,
  AwaitedApproval,
  ForwardStage,
  GivenApproval,
  HeldBackRevision,
  Pause,
  QueuedRevision,
  RecordSpec,
  RevisionRequest,
  Rollout,
  RolloutRecord,
  Stage,
  UnsettledAbort,
} from './record.ts'
export type { RenderProps } from './render.ts'
export { render, STEP_ANNOTATION } from './render.ts'
export type { Rendition } from './rendition.ts'
export type { ReplicaRatio, ReplicaRatioProps } from './replica-ratio.ts'
export { replicaRatio } from './replica-ratio.ts'
export { revisionOf } from './revision.ts'
export type { RouteShareProps } from './route-share.ts'
export { isShareable, shareRoute } from './route-share.ts'
export type { StageName } from './stage-name.ts'
export type {
  Approval,
  ApprovalTimeout,
  CookieMatch,
  HeaderMatch,
  MatchStep,
  RequestMatch,
  RolloutStep,
  ScaleStep,
  StepGates,
  WeightStep,
} from './step.ts'
export { APPROVAL_TIMEOUTS } from './step.ts'
export type { StepState } from './step-state.ts'
export { AT_REST, allSteps, stepStates } from './step-state.ts'
export type { StopFile, StopPlace } from './stop-file.ts'
export { stopClosure, stopPaths } from './stop-file.ts'
export type { SyncIdentity } from './sync-of-object.ts'
export type { TrackObjects } from './track-objects.ts'
export { findTrack } from './track-objects.ts'
export type { TrackReplicas } from './track-replicas.ts'
export { ratioOf, trackReplicas } from './track-replicas.ts'
