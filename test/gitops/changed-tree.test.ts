import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileChange, GitRemote } from '../../gitops/git-remote.ts'
import { bareRepository, git } from './git.ts'
import { gitClient } from './git-client.ts'
import { sharedFolder } from './shared-folder.ts'
import { serveRepository } from './smart-http-client.ts'

const folder = sharedFolder()

/** Few names on few levels, so that files and folders get in each other's way. */
const path = fc
  .array(fc.constantFrom('a', 'b', 'a.b', 'a-b'), { minLength: 1, maxLength: 3 })
  .map((names) => names.join('/'))

const change: fc.Arbitrary<FileChange> = fc
  .record({
    path,
    write: fc.option(fc.constantFrom('', '1\n', '2\n'), { nil: undefined, freq: 2 }),
  })
  .map(({ path: at, write }) => (write === undefined ? { path: at } : { path: at, write }))

/** What one commit may ask for: each path once, and no file that is a folder too. */
const changes = fc
  .uniqueArray(change, { minLength: 1, maxLength: 6, selector: (one) => one.path })
  .filter((all) => {
    const written = all.filter(({ write }) => write !== undefined).map((one) => one.path)
    return !written.some((file) => written.some((other) => other.startsWith(`${file}/`)))
  })

async function commit(client: GitRemote, asked: readonly FileChange[]): Promise<void> {
  const branch = 'deploy'
  const parent = await client.tip(branch)
  const isNewBranch = parent === undefined
  await client.commit({ branch, parent, isNewBranch, changes: asked, message: 'm\n' })
}

describe('a commit over smart HTTP', () => {
  it('has the very tree that the `git` command would have made', async () => {
    let count = 0
    const property = fc.asyncProperty(
      fc.array(changes, { minLength: 1, maxLength: 5 }),
      async (all) => {
        const root = join(folder, String(++count))
        const served = bareRepository(join(root, 'deploy.git'))
        const local = bareRepository(join(root, 'local.git'))
        const { client } = await serveRepository({ root })
        const reference = await gitClient(local)
        for (const asked of all) {
          await commit(client, asked)
          await commit(reference, asked)
          const treeOf = (repository: string) => git(repository, 'rev-parse', 'deploy^{tree}')
          expect(treeOf(served)).toBe(treeOf(local))
        }
      },
    )
    await fc.assert(property, { numRuns: 15 })
  }, 300_000)
})
