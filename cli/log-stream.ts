/** Where a log goes, as far as it may stand still. */
export interface LogStream {
  write(text: string): unknown
  /** What was written, and not been taken yet by whoever reads. */
  readonly writableLength: number
  once(event: 'drain', listener: () => void): unknown
}

/** So much waits to be read, beside what the system keeps of a pipe. In characters, mostly bytes. */
const MOST_UNREAD = 256 * 1024

/**
 * Writes a log that goes on for as long as its process does. While nobody reads it, lines are left out once
 * so many wait: they are worth less than what goes on beside them, which would run out of memory.
 *
 * @param lost what to say of them, once somebody reads again
 */
export function logTo(stream: LogStream, lost: (lines: number) => string): (line: string) => void {
  let leftOut = 0
  const sayLost = () => {
    stream.write(lost(leftOut))
    leftOut = 0
  }
  return (line) => {
    if (leftOut === 0 && stream.writableLength < MOST_UNREAD) return void stream.write(line)
    if (leftOut === 0) stream.once('drain', sayLost)
    leftOut += 1
  }
}
