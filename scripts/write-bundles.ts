import { rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleLicenses } from './bundle-licenses.ts'
import { BUNDLES, type WrittenBundle, writeBundle } from './bundles.ts'

const ROOT = resolve(import.meta.dirname, '..')

const { values } = parseArgs({ options: { output: { type: 'string', default: 'dist/bundles' } } })
const output = resolve(ROOT, values.output)

rmSync(output, { recursive: true, force: true })
const written: WrittenBundle[] = []
for (const bundle of Object.values(BUNDLES)) written.push(await writeBundle(bundle, output))
writeFileSync(join(output, 'LICENSES.txt'), bundleLicenses(written, ROOT))
console.log(`Wrote ${written.map(({ file }) => file).join(', ')}`)
