import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { rolldown } from 'rolldown'
import { PUBLISHED_FOLDERS, publishedManifest, type SourceManifest } from './published-manifest.ts'

const ROOT = resolve(import.meta.dirname, '..')
const DATA = 'checks/schemas/*.json'
const DOCUMENTS = ['README.md', 'LICENSE']

const { values } = parseArgs({ options: { output: { type: 'string', default: 'dist' } } })
const output = resolve(ROOT, values.output)
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as SourceManifest

for (const folder of PUBLISHED_FOLDERS) {
  rmSync(join(output, folder), { recursive: true, force: true })
}
writeDeclarations()
await bundle()
for (const path of [...globSync(DATA, { cwd: ROOT }), ...DOCUMENTS]) copy(path)
writeFileSync(
  join(output, 'package.json'),
  `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`,
)
console.log(`Wrote ${output}`)

function writeDeclarations(): void {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(
    process.execPath,
    [compiler, '--project', 'tsconfig.build.json', '--outDir', output],
    { cwd: ROOT, stdio: 'inherit' },
  )
  if (status !== 0) process.exit(status ?? 1)
}

/**
 * Node reads 200 modules in the time in which it reads a few big ones twice, and a command should
 * not wait for that: what is used together comes in one file. Commands stay apart from each other.
 */
async function bundle(): Promise<void> {
  const targets = [...Object.values(manifest.exports), ...Object.values(manifest.bin)]
  const scripts = targets.filter((target) => target.endsWith('.ts'))
  const build = await rolldown({
    input: Object.fromEntries(
      scripts.map((path) => [path.replace(/^\.\/|\.ts$/g, ''), join(ROOT, path)]),
    ),
    platform: 'node',
    external: (id) => !/^[./]/.test(id) || id.endsWith('.json'),
  })
  await build.write({ dir: output, format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js' })
}

function copy(path: string): void {
  const target = join(output, path)
  mkdirSync(dirname(target), { recursive: true })
  cpSync(join(ROOT, path), target)
}
