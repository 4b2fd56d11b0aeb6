import type { LogEntry, LogSink } from '../http/log-sink.ts'

/** Log entries as lines of JSON, each with its time, for whatever collects logs. */
export const jsonLines =
  (write: (line: string) => void): LogSink =>
  (entry) =>
    write(jsonLine(entry))

/** What a log says where lines of it were left out, since nobody read them. */
export const lostLines = (lines: number): string =>
  jsonLine({
    level: 'warn',
    message: `${lines} lines of this log were left out: nobody read it for some time`,
    fields: { lines },
  })

const jsonLine = ({ level, message, fields }: LogEntry): string =>
  `${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`
