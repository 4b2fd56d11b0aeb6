import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Terminal } from './terminal.ts'

/**
 * Folder in which Node keeps what it has compiled for the next run: Node's own default. A third of
 * the time of a small synth goes into stripping types and compiling what has not changed.
 * `NODE_DISABLE_COMPILE_CACHE=1` turns it off.
 *
 * @returns `undefined` where there is no folder for temporary files: Node would make it, and never
 * comes back from trying below `/proc`
 */
export function compileCacheFolder({ NODE_COMPILE_CACHE }: Terminal['env']): string | undefined {
  if (NODE_COMPILE_CACHE !== undefined) return NODE_COMPILE_CACHE
  return existsSync(tmpdir()) ? join(tmpdir(), 'node-compile-cache') : undefined
}
