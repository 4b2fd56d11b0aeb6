import { describe, expect, it } from 'vitest'
import type { SyncSplit } from '../../constructs/index.ts'
import { type SyncUnit, syncUnits } from '../../constructs/sync-units.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { publish } from '../../gitops/publish.ts'
import type { RenderedFile, Rendering } from '../../manifests/rendering.ts'
import { syncTree } from '../constructs/sync-fixtures.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'

const { app, prod } = syncTree()
const [, shop] = synthesizeTree(app).renderings as [Rendering, Rendering]

/** What is left of the shop when everything else has gone. */
const without = (isGone: (file: RenderedFile) => boolean): Rendering => ({
  ...shop,
  files: shop.files.filter((file) => !isGone(file)),
})

/** Publishes to a branch of its own, one rendering after the other. Returns its files. */
async function publishAll(...renderings: readonly Rendering[]): Promise<readonly string[]> {
  const remote = new MemoryGitRemote()
  const allowDestroy = ['Namespace search', 'Namespace shop']
  for (const rendering of renderings) {
    const { outcome } = await publish({ remote, branch: 'deploy', rendering, allowDestroy })
    expect(outcome).toBe('published')
  }
  return Object.keys(remote.filesOf('deploy'))
}

describe.each<SyncSplit>(['environment', 'namespace', 'app'])(
  'Folders that are synced, split by %s',
  (split) => {
    const units = syncUnits(prod, split)
    const missingFrom = (files: readonly string[]): readonly SyncUnit[] =>
      units.filter(({ folder }) => !files.some((file) => file.startsWith(`${folder}/`)))

    it('are there from the first publish on', async () => {
      expect(units.length).toBeGreaterThan(1)
      expect(missingFrom(await publishAll(shop))).toEqual([])
    })

    it.each([
      [
        'the traffic of an app',
        ({ app, path }: RenderedFile) => `${app} ${path}`.startsWith('shop/web traffic/'),
      ],
      ['an app', ({ app }: RenderedFile) => app === 'shop/web'],
      ['the last app of a namespace', ({ app }: RenderedFile) => app === 'search/search'],
      ['a namespace', ({ path }: RenderedFile) => path.includes('search')],
      ['everything', () => true],
    ])('stay when %s goes, so that what was in them is pruned', async (_, isGone) => {
      expect(missingFrom(await publishAll(shop, without(isGone)))).toEqual([])
    })
  },
)
