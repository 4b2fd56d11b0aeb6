export { ConfigurationError } from '../configuration/configuration-error.ts'
export { readNotificationTargets } from '../configuration/notification-settings.ts'
export type { SettingSource } from '../configuration/setting-source.ts'
export type { LogEntry, LogFields, LogSink } from '../http/log-sink.ts'
export type { AppName } from '../webhooks/webhook-sink.ts'
export type {
  ArgoCdTarget,
  CommitStatusTarget,
  FluxReceiverTarget,
  NotificationTarget,
  StandardWebhookTarget,
} from './notification-target.ts'
export { Notifications, type NotificationsProps } from './notifications.ts'
export type { CommitNews, CommitState, NotificationResult, Notifier } from './notifier.ts'
