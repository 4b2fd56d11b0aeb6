import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { BUNDLES, type WrittenBundle, writeBundle } from '../../../scripts/bundles.ts'

/**
 * A bundle that is written once for all tests of a suite, and gone after them.
 *
 * @param beside bundles that it runs, in the same folder
 */
export function builtBundle(
  name: keyof typeof BUNDLES,
  ...beside: readonly (keyof typeof BUNDLES)[]
): () => WrittenBundle {
  let bundle: WrittenBundle
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lockstep-bundle-'))
    bundle = await writeBundle(BUNDLES[name], folder)
    for (const other of beside) await writeBundle(BUNDLES[other], folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return () => bundle
}
