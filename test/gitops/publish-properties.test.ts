import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INVENTORY_FILE } from '../../gitops/inventory.ts'
import { PLACEHOLDER_FILE } from '../../gitops/placeholder.ts'
import { publish } from '../../gitops/publish.ts'
import { readInventory } from '../../gitops/read-inventory.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { Rendering } from '../../manifests/rendering.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'
import { type Apps, configMap, deployment, rendering, service } from './rendering-fixture.ts'

const APPS = ['shop/web', 'shop/api', 'pay/ledger'] as const
const NAMES = ['a', 'b', 'c'] as const

const objects: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(...NAMES),
      kind: fc.constantFrom('deployment', 'service'),
      version: fc.integer({ min: 1, max: 3 }),
    }),
    { selector: ({ name, kind }) => `${kind} ${name}`, maxLength: 4 },
  )
  .map((items) =>
    items.flatMap(({ name, kind, version }) =>
      kind === 'service'
        ? [service(name, version)]
        : [
            deployment(name, {
              image: `${name}:${version}`,
              configMap: `${name}-config-${version}`,
            }),
            configMap(`${name}-config-${version}`, { version: String(version) }),
          ],
    ),
  )

/** Objects of each app have names of their own: two apps never have the same object. */
const renderings: fc.Arbitrary<Rendering> = fc
  .record(Object.fromEntries(APPS.map((app) => [app, objects])))
  .map((apps: Apps) =>
    rendering(
      'prod',
      Object.fromEntries(
        Object.entries(apps).map(([app, list]) => [
          app,
          list.map((object) => ({
            ...object,
            metadata: {
              ...object.metadata,
              namespace: app.split('/')[0] ?? '',
              name: `${app.split('/')[1]}-${object.metadata.name}`,
            },
          })),
        ]),
      ),
    ),
  )

const foreignFiles = fc.dictionary(
  fc.constantFrom(
    'prod/mine.txt',
    'prod/workloads/shop/x.txt',
    'prod/workloads/shop/web/notes',
    'other/y.yaml',
    'prod/rollouts/shop/web/record.yaml',
  ),
  fc.string(),
  { minKeys: 1 },
)

const publishTo = (remote: MemoryGitRemote, target: Rendering, props: object = {}) =>
  publish({ remote, branch: 'deploy', rendering: target, ...props })

const inventoryOf = (remote: MemoryGitRemote): ReadonlySet<string> => {
  const text = remote.filesOf('deploy')[`prod/${INVENTORY_FILE}`]
  const { apps } = readInventory(text ?? 'version: 1\n', INVENTORY_FILE)
  return new Set(
    [...apps.values()].flatMap(({ files }) => [...files.keys()].map((path) => `prod/${path}`)),
  )
}

const isOurs = (path: string): boolean =>
  path.endsWith(`/${PLACEHOLDER_FILE}`) || path === 'README.md' || path.endsWith(INVENTORY_FILE)

describe('whatever is published in whatever order', () => {
  it('is on the branch afterwards, byte for byte, and publishing it again writes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(renderings, { minLength: 1, maxLength: 5 }), async (all) => {
        const remote = new MemoryGitRemote()
        for (const target of all) {
          await publishTo(remote, target)
          const files = remote.filesOf('deploy')
          for (const { path, text } of target.files) expect(files[`prod/${path}`]).toBe(text)
          expect((await publishTo(remote, target)).outcome).toBe('unchanged')
        }
      }),
    )
  })

  it('leaves files of others byte for byte, and removes only what the inventory has', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(renderings, foreignFiles), { minLength: 1, maxLength: 4 }),
        async (steps) => {
          const remote = new MemoryGitRemote()
          let foreign: Record<string, string> = {}
          for (const [target, files] of steps) {
            await remote.edit('deploy', files)
            foreign = { ...foreign, ...files }
            const before = remote.filesOf('deploy')
            const owned = inventoryOf(remote)
            await publishTo(remote, target)
            const after = remote.filesOf('deploy')
            expect(after).toMatchObject(foreign)
            const removed = Object.keys(before).filter((path) => !(path in after))
            expect(removed.filter((path) => !owned.has(path))).toEqual([])
            const added = Object.keys(after).filter((path) => !(path in before))
            expect(added.filter((path) => !isOurs(path) && !inventoryOf(remote).has(path))).toEqual(
              [],
            )
          }
        },
      ),
    )
  })

  it('has exactly the files that the inventory says, of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(renderings, { minLength: 1, maxLength: 4 }), async (all) => {
        const remote = new MemoryGitRemote()
        for (const target of all) await publishTo(remote, target)
        const files = Object.keys(remote.filesOf('deploy')).filter((path) => !isOurs(path))
        expect(files.sort()).toEqual([...inventoryOf(remote)].sort())
      }),
    )
  })

  it('comes to the same tree app by app, in any order, as at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        renderings,
        renderings,
        fc.shuffledSubarray([...APPS], { minLength: APPS.length }),
        async (before, after, order) => {
          const atOnce = new MemoryGitRemote()
          const oneByOne = new MemoryGitRemote()
          for (const remote of [atOnce, oneByOne]) await publishTo(remote, before)
          await publishTo(atOnce, after)
          const known = new Set([...before.files, ...after.files].map(({ app }) => app))
          for (const app of order) {
            if (known.has(app)) await publishTo(oneByOne, after, { only: [app] })
          }
          expect(oneByOne.filesOf('deploy')).toEqual(atOnce.filesOf('deploy'))
        },
      ),
    )
  })

  it('comes to the same tree whichever environment is first', async () => {
    await fc.assert(
      fc.asyncProperty(renderings, renderings, async (prod, other) => {
        const staging = { ...other, environment: 'staging' }
        const [one, two] = [new MemoryGitRemote(), new MemoryGitRemote()]
        for (const target of [prod, staging]) await publishTo(one, target)
        for (const target of [staging, prod]) await publishTo(two, target)
        expect(one.filesOf('deploy')).toEqual(two.filesOf('deploy'))
      }),
    )
  })

  it('keeps what was edited by hand until somebody decides', async () => {
    await fc.assert(
      fc.asyncProperty(renderings, renderings, fc.nat(), async (before, after, pick) => {
        const remote = new MemoryGitRemote()
        await publishTo(remote, before)
        const { path } = before.files[pick % Math.max(1, before.files.length)] ?? {}
        fc.pre(path !== undefined)
        const edited = { [`prod/${path}`]: '# by hand\n' }
        await remote.edit('deploy', edited)
        const { plan } = await publishTo(remote, after)
        expect(plan.drift.map((file) => file.path)).toContain(path)
        expect(remote.filesOf('deploy')).toMatchObject(edited)
        await publishTo(remote, after, { overwriteDrift: true })
        const files = remote.filesOf('deploy')
        for (const file of after.files) expect(files[`prod/${file.path}`]).toBe(file.text)
      }),
    )
  })

  it('always has a file in every folder that was ever synced', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(renderings, { minLength: 1, maxLength: 4 }), async (all) => {
        const remote = new MemoryGitRemote()
        const folders = new Set<string>()
        for (const target of all) {
          await publishTo(remote, target)
          const files = Object.keys(remote.filesOf('deploy'))
          for (const path of files.filter((file) => /^prod\/(workloads|traffic)\//.test(file))) {
            folders.add(path.slice(0, path.lastIndexOf('/')))
          }
          for (const folder of folders) {
            expect(files.some((file) => file.startsWith(`${folder}/`))).toBe(true)
          }
        }
      }),
    )
  })
})
