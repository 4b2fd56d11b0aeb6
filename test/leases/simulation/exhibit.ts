import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Mutant } from './mutants.ts'

const ROOT = join(import.meta.dirname, '../../..')

/**
 * Makes a copy of the locks and their simulation with one mistake in it.
 *
 * @throws if what is to be replaced does not stand there exactly once
 */
export async function exhibit(root: string, { file, find, replace }: Mutant): Promise<void> {
  for (const part of ['leases', 'test/leases/simulation']) {
    await cp(join(ROOT, part), join(root, part), { recursive: true })
  }
  await writeFile(join(root, 'package.json'), '{ "type": "module" }')
  const path = join(root, 'leases', file)
  const parts = (await readFile(path, 'utf8')).split(find)
  if (parts.length !== 2) throw new Error(`${file} has "${find}" ${parts.length - 1} times`)
  await writeFile(path, parts.join(replace))
}
