export { repositoryName } from '../../gitops/repository-name.ts'
export { ConfigurationError } from '../configuration/configuration-error.ts'
export type { SettingSource } from '../configuration/setting-source.ts'
export { readWebhookSenders } from '../configuration/webhook-settings.ts'
export type { FunctionEnv } from '../http/function-env.ts'
export type { Limits } from '../http/limits.ts'
export type { LogEntry, LogFields, LogSink } from '../http/log-sink.ts'
export type { CallMeasure, RequestMeasure, RequestMetrics } from '../http/request-metrics.ts'
export { webhookFunction } from './webhook-function.ts'
export { WEBHOOK_LIMITS, type WebhookFunctionProps } from './webhook-function-props.ts'
export {
  type HostedRegistry,
  type Proof,
  SENDER_PROOFS,
  type SenderKind,
  type WebhookSender,
} from './webhook-sender.ts'
export type {
  Alert,
  AppName,
  GateAnswer,
  GateHook,
  GateQuestion,
  ImagePush,
  LookHint,
  Told,
  WebhookSink,
} from './webhook-sink.ts'
export { GATE_HOOKS, SinkUnavailableError } from './webhook-sink.ts'
