import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Terminal } from './terminal.ts'

/**
 * Folder in which Node keeps what it has compiled for the next run: Node's own default. A third of
 * the time of a small synth goes into stripping types and compiling what has not changed.
 * `NODE_DISABLE_COMPILE_CACHE=1` turns it off.
 */
export const compileCacheFolder = ({ NODE_COMPILE_CACHE }: Terminal['env']): string =>
  NODE_COMPILE_CACHE ?? join(tmpdir(), 'node-compile-cache')
