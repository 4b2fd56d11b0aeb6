export type { FunctionEnv } from '../http/function-env.ts'
export type { Limits } from '../http/limits.ts'
export { DEFAULT_LIMITS } from '../http/limits.ts'
export type { LogEntry, LogFields, LogSink } from '../http/log-sink.ts'
export type { CallMeasure, RequestMeasure, RequestMetrics } from '../http/request-metrics.ts'
export type {
  AuthenticationUnavailableErrorProps,
  Authenticator,
} from '../identity/authenticator.ts'
export { AuthenticationUnavailableError } from '../identity/authenticator.ts'
export type {
  AuthorizationUnavailableErrorProps,
  Authorizer,
  LockAccess,
  LockVerb,
  RequestedAccess,
  RolloutAccess,
  RolloutVerb,
} from '../identity/authorizer.ts'
export { AuthorizationUnavailableError } from '../identity/authorizer.ts'
export type { Identity } from '../identity/identity.ts'
export { lockFunction } from './lock-function.ts'
export type { LockFunctionProps } from './lock-function-props.ts'
