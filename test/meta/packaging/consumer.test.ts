import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { markdownBlocks } from '../markdown-blocks.ts'
import { ROOT } from '../repository.ts'
import { ProjectFolder } from './project-folder.ts'
import { RunError, run } from './run.ts'

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly name: string
  readonly exports: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

const peers = Object.entries(manifest.peerDependencies)
const newest = peers.map(([name]) => name)
const lowest = peers.map(([name, range]) => `${name}@${lowestVersion(name, range)}`)

/** The first example of the README: it has no types, so it is JavaScript as well. */
const example = markdownBlocks(readFileSync(join(ROOT, 'README.md'), 'utf8')).find(
  ({ language }) => language === 'ts',
)?.text as string

const everyEntry = Object.entries(manifest.exports)
  .filter(([, target]) => target.endsWith('.ts'))
  .map(([key], index) => `export * as entry${index} from '${key.replace('.', manifest.name)}'\n`)
  .join('')

const COMPILERS = {
  'typescript-5': 'typescript-5@npm:typescript@~5.9.3',
  'typescript-7': 'typescript-7@npm:typescript@^7.0.2',
} as const

const NEWEST_CHECK = { compiler: 'typescript-7', module: 'nodenext', resolution: 'nodenext' }

const CHECKS = Object.keys(COMPILERS).flatMap((compiler) => [
  { compiler, module: 'nodenext', resolution: 'nodenext' },
  { compiler, module: 'es2022', resolution: 'bundler' },
])

describe.each([
  { which: 'newest', versions: newest },
  { which: 'lowest', versions: lowest },
])('the packed package with the $which peers, in an empty folder', ({ versions }) => {
  const project = new ProjectFolder({
    'package.json': '{ "name": "consumer", "type": "module", "private": true }\n',
    'cdk8s.yaml': 'language: typescript\napp: node app.ts\n',
    'app.mjs': example,
    'app.ts': example,
    'every-entry.ts': everyEntry,
    'wrong.ts': example.replace('port: 8080', "port: '8080'"),
    'app.cjs': example.replace(
      /import (\{[^}]*\}) from 'lockstep'/,
      "const $1 = require('lockstep')",
    ),
  })

  beforeAll(() => {
    project.install(inject('tarball'), ...versions, ...Object.values(COMPILERS))
  }, 120_000)
  beforeEach(() => project.delete('dist'))
  afterAll(() => project.remove())

  it('synthesizes from JavaScript by plain node', () => {
    project.run('node', 'app.mjs')
    expect(project.read('dist/prod/workloads/shop/web/deployment.apps-web.yaml')).toContain(
      'kind: Deployment\n',
    )
  })

  it.each([
    ['TypeScript by plain node', ['node', 'app.ts']],
    ['CommonJS by require', ['node', 'app.cjs']],
    ['the command lockstep', ['npx', 'lockstep', 'synth']],
  ] as const)('synthesizes the same files from %s', (_, [program, ...args]) => {
    project.run('node', 'app.mjs')
    const expected = project.readAll('dist')
    project.delete('dist')
    project.run(program, ...args)
    expect(project.readAll('dist')).toEqual(expected)
    expect(Object.keys(expected).length).toBeGreaterThan(5)
  })

  it.each(CHECKS)('type-checks with $compiler and moduleResolution $resolution', (check) => {
    typeCheck(project, check, 'app.ts', 'every-entry.ts')
  })

  it('is typed: what is wrong does not compile', () => {
    expect(() => typeCheck(project, NEWEST_CHECK, 'wrong.ts')).toThrow(
      expect.objectContaining({
        constructor: RunError,
        output: expect.stringContaining("Type 'string' is not assignable to type 'number'"),
      }),
    )
  })
})

/** Declarations are checked as well: nothing hides behind `skipLibCheck`. */
function typeCheck(
  project: ProjectFolder,
  { compiler, module, resolution }: typeof NEWEST_CHECK,
  ...files: readonly string[]
): void {
  const options = ['--noEmit', '--strict', '--target', 'es2022']
  const modules = ['--module', module, '--moduleResolution', resolution]
  project.run(
    'node',
    `node_modules/${compiler}/bin/tsc`,
    ...options,
    ...modules,
    '--skipLibCheck',
    'false',
    ...files,
  )
}

/** The first version that the registry has in a range: not every range begins with one. */
function lowestVersion(name: string, range: string): string {
  const answer = run('npm', ['view', `${name}@${range}`, 'version', '--json'], { cwd: ROOT })
  const [first] = [JSON.parse(answer)].flat()
  return first
}
