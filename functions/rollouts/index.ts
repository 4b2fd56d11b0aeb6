export type { FunctionEnv } from '../http/function-env.ts'
export type { Limits } from '../http/limits.ts'
export type { LogEntry, LogFields, LogSink } from '../http/log-sink.ts'
export type { CallMeasure, RequestMeasure, RequestMetrics } from '../http/request-metrics.ts'
export { rolloutFunction } from './rollout-function.ts'
export {
  ROLLOUT_LIMITS,
  type RolloutFunctionProps,
  STREAM_LIMITS,
  type StreamLimits,
} from './rollout-function-props.ts'
export { RolloutSink, type RolloutSinkProps } from './rollout-sink.ts'
export type { BranchWatch, OpenedRemote, RolloutTarget } from './rollout-target.ts'
export {
  type ServedTarget,
  separateTarget,
  servedTarget,
  type TargetProps,
} from './served-target.ts'
