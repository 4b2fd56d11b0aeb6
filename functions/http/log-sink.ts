/** What a log line says of one thing. Never a token, a handle or a body. */
export type LogFields = Record<string, string | number | boolean | undefined>

/** One line of a log, as fields: whoever collects logs need not take text apart. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: Readonly<LogFields>
}

/** Takes log entries, and gives them the time. It must not throw. */
export type LogSink = (entry: LogEntry) => void
