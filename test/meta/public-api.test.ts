import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { exportedNames } from './exported-names.ts'
import { PUBLIC_API } from './public-api.ts'
import { ROOT } from './repository.ts'

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly name: string
  readonly exports: Readonly<Record<string, string>>
}
const entries = Object.entries(manifest.exports).filter(([, target]) => target.endsWith('.ts'))

const listed = (key: string) => ({
  values: words(PUBLIC_API[key]?.values),
  types: words(PUBLIC_API[key]?.types),
})
const words = (text = ''): string[] => text.split(/\s+/).filter((word) => word !== '')

it('the entries of the package are listed', () => {
  expect(entries.map(([key]) => key)).toEqual(Object.keys(PUBLIC_API))
})

it.each(entries)('%s exports exactly the listed names, types included', (key, target) => {
  expect(exportedNames(target)).toEqual(listed(key))
})

it.each(entries)('%s can be imported by its name, and has the listed values', async (key) => {
  const loaded = await import(key.replace('.', manifest.name))
  expect(Object.keys(loaded).sort()).toEqual(listed(key).values)
})
