import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type Inventory, type InventoryApp, writeInventory } from '../../gitops/inventory.ts'
import { readInventory } from '../../gitops/read-inventory.ts'

const segment = fc
  .string({ minLength: 1, unit: 'grapheme' })
  .filter((text) => !/[/\n\r]/.test(text) && text !== '.' && text !== '..')
const path = fc
  .tuple(
    fc.constantFrom('workloads', 'traffic', 'rollouts'),
    fc.array(segment, { minLength: 1, maxLength: 3 }),
  )
  .map(([section, rest]) => [section, ...rest].join('/'))
const id = fc.stringMatching(/^([0-9a-f]{40}|[0-9a-f]{64})$/)
const mapOf = <T>(
  key: fc.Arbitrary<string>,
  value: fc.Arbitrary<T>,
): fc.Arbitrary<Map<string, T>> =>
  fc.array(fc.tuple(key, value), { maxLength: 5 }).map((entries) => new Map(entries))

const app: fc.Arbitrary<InventoryApp> = fc.record(
  {
    project: fc.string(),
    files: mapOf(path, id),
    revisions: fc.array(fc.record({ id: fc.string(), configMaps: fc.array(path) }), {
      maxLength: 3,
    }),
    handovers: mapOf(fc.string(), fc.integer({ min: 0, max: 1000 })),
  },
  { requiredKeys: ['files', 'revisions', 'handovers'] },
)
const inventories: fc.Arbitrary<Inventory> = mapOf(fc.string(), app).map((apps) => ({ apps }))

const plain = ({ apps }: Inventory) =>
  Object.fromEntries(
    [...apps].map(([name, { project, files, revisions, handovers }]) => [
      name,
      {
        project,
        files: Object.fromEntries(files),
        revisions,
        handovers: Object.fromEntries(handovers),
      },
    ]),
  )

describe('an inventory', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(inventories, (inventory) => {
        const read = readInventory(writeInventory(inventory), 'prod/inventory.yaml')
        expect(plain(read)).toEqual(plain(inventory))
      }),
    )
  })

  it('has the same bytes in whatever order it was made', () => {
    fc.assert(
      fc.property(inventories, ({ apps }) => {
        const turned = [...apps]
          .reverse()
          .map(([name, one]): [string, InventoryApp] => [
            name,
            { ...one, files: new Map([...one.files].reverse()) },
          ])
        expect(writeInventory({ apps: new Map(turned) })).toBe(writeInventory({ apps }))
      }),
    )
  })

  it('is YAML to everybody else', () => {
    fc.assert(
      fc.property(inventories, (inventory) => {
        const parsed = load(writeInventory(inventory)) as { version: number; apps: object | null }
        expect(parsed.version).toBe(1)
        for (const [name, { files, revisions }] of inventory.apps) {
          const read = (parsed.apps as Record<string, Record<string, unknown>>)[name] ?? {}
          expect(read.files ?? {}).toEqual(Object.fromEntries(files))
          expect(read.revisions ?? []).toEqual(revisions)
        }
      }),
    )
  })

  it('says whose an app is only where that is known', () => {
    const one: InventoryApp = { files: new Map(), revisions: [], handovers: new Map() }
    const written = writeInventory({
      apps: new Map([
        ['shop/api', one],
        ['shop/web', { ...one, project: 'the "shop"' }],
      ]),
    })
    expect(written.split('\n').slice(3)).toEqual([
      'apps:',
      '  "shop/api":',
      '  "shop/web":',
      '    project: "the \\"shop\\""',
      '',
    ])
  })

  it('has a line for each file, so that changes of two files merge', () => {
    const inventory: Inventory = {
      apps: new Map([
        [
          'shop/web',
          {
            files: new Map([
              ['workloads/shop/web/b.yaml', '2'.repeat(40)],
              ['traffic/shop/web/a.yaml', '1'.repeat(40)],
            ]),
            revisions: [{ id: 'x', configMaps: ['workloads/shop/web/c.yaml'] }],
            handovers: new Map([['Deployment.apps shop/web', 4]]),
          },
        ],
      ]),
    }
    expect(writeInventory(inventory).split('\n').slice(2)).toEqual([
      'version: 1',
      'apps:',
      '  "shop/web":',
      '    files:',
      `      "traffic/shop/web/a.yaml": "${'1'.repeat(40)}"`,
      `      "workloads/shop/web/b.yaml": "${'2'.repeat(40)}"`,
      '    revisions:',
      '      - {"id":"x","configMaps":["workloads/shop/web/c.yaml"]}',
      '    handovers:',
      '      "Deployment.apps shop/web": 4',
      '',
    ])
  })

  it.each([
    ['  "a/b":\n  "a/b":\n', 3, "names the app 'a/b' a second time"],
    ['  a/b:\n', 2, 'is not the name of an app'],
    ['    files:\n      "workloads/a": "0"\n', 3, 'belongs to no app'],
    ['  "a/b":\n      "workloads/a": "0"\n', 3, 'belongs to no section'],
    ['  "a/b":\n    things:\n      "a": "b"\n', 4, 'belongs to no section'],
    ['  "a/b":\n    project: shop\n', 3, 'is not the project of an app'],
    ['    project: "shop"\n', 2, 'is not the project of an app'],
    ['  "a/b":\n    files:\n      "workloads/a": 1\n', 4, 'is not an entry'],
    [
      '  "a/b":\n    files:\n      "../../etc": "0"\n',
      4,
      'names a path that is not of an inventory',
    ],
    ['  "a/b":\n    files:\n      "inventory.yaml": "0"\n', 4, 'names a path'],
    ['  "a/b":\n    handovers:\n      "x": "many"\n', 4, 'is not an entry'],
    ['  "a/b":\n    revisions:\n      - 1\n', 4, 'is not a revision'],
    ['\t"a/b":\n', 2, 'is not a line of an inventory'],
    ['=======\n', 2, 'is a conflict marker'],
  ])('with %j is an error that names the line', (text, line, problem) => {
    expect(() => readInventory(`version: 1\n${text}`, 'prod/inventory.yaml')).toThrow(
      `prod/inventory.yaml:${line} ${problem}`,
    )
  })

  it('with the same file twice, as after a bad merge, is an error', () => {
    const file = `      "workloads/a": "${'0'.repeat(40)}"\n`
    expect(() =>
      readInventory(`version: 1\napps:\n  "a/b":\n    files:\n${file}${file}`, 'x'),
    ).toThrow("x:6 names 'workloads/a' a second time")
  })
})
