import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { ROOT } from '../repository.ts'
import { run } from './run.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The package as `npm publish` would send it, built from the working copy. */
    readonly tarball: string
  }
}

/** Builds and packs once for all tests of the package. */
export default function packTarball(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-pack-'))
  const output = join(folder, 'dist')
  run(process.execPath, ['scripts/build.ts', '--output', output], { cwd: ROOT })
  const packed = run('npm', ['pack', output, '--json', '--pack-destination', folder], { cwd: ROOT })
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }]
  project.provide('tarball', join(folder, filename))
  return () => rmSync(folder, { recursive: true, force: true })
}
