import type { LogSink } from '../http/log-sink.ts'

/** Log entries as lines of JSON, each with its time, for whatever collects logs. */
export const jsonLines =
  (write: (line: string) => void): LogSink =>
  ({ level, message, fields }) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`)
