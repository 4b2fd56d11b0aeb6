import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'

/** The end of a pipe into which nothing goes any more, since its reader stands still. To be given to a process. */
export function fullPipe(): number {
  const path = join(temporaryFolder(), 'pipe')
  execFileSync('mkfifo', [path])
  // Both ends, so that there is a reader, and not the file that the process writes to: that would wait.
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  const writer = openSync(path, 'w')
  onTestFinished(() => {
    for (const end of [writer, reader]) closeSync(end)
  })
  const chunk = Buffer.alloc(4096, '.')
  try {
    for (;;) writeSync(reader, chunk)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
  }
  return writer
}
