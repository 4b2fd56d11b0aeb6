import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type MarkdownBlock, markdownBlocks } from '../markdown-blocks.ts'
import { ROOT } from '../repository.ts'
import { ProjectFolder } from './project-folder.ts'

/**
 * The page that tells a user of cdk8s what to do, done literally, on what `cdk8s init typescript-app`
 * writes. `init` itself is not run: it downloads the schemas of Kubernetes from GitHub.
 */
const page = readFileSync(join(ROOT, 'docs/from-cdk8s.md'), 'utf8')
const project = new ProjectFolder()

beforeAll(() => {
  const cli = join(ROOT, 'node_modules/cdk8s-cli')
  cpSync(join(cli, 'templates/typescript-app'), project.path, { recursive: true })
  project.delete('.hooks.sscaff.js')
  for (const file of ['package.json', 'main.ts']) {
    project.write(file, fillIn(project.read(file)))
  }
  project.install()
}, 120_000)
afterAll(() => project.remove())

const CHART = 'dist/prod/workloads/shop/hello/configmap-prod-hello-settings-c8449638.yaml'
const APP = 'dist/prod/workloads/shop/web/deployment.apps-web.yaml'

it('starts as CommonJS, TypeScript 5 and ts-node', () => {
  const { type, devDependencies } = JSON.parse(project.read('package.json'))
  expect(type).toBeUndefined()
  expect(devDependencies.typescript).toMatch(/^5\./)
  expect(project.read('tsconfig.json')).toContain('"module": "CommonJS"')
  expect(project.read('cdk8s.yaml')).toContain('app: npx ts-node main.ts')
})

it('synthesizes after the steps of the page', () => {
  follow('From the official template to a synth')
  expect(Object.keys(project.readAll('dist'))).toEqual(expect.arrayContaining([CHART, APP]))
  expect(project.read(CHART)).toContain('mode: fast')
}, 120_000)

it('synthesizes the same files without ts-node', () => {
  const before = project.readAll('dist')
  project.delete('dist')
  follow('Leave ts-node behind')
  expect(project.readAll('dist')).toEqual(before)
})

it('runs its tests in Vitest', () => {
  follow('Tests')
}, 120_000)

/** Does what the blocks of a section say: commands are run, the others are files to write. */
function follow(title: string): void {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${title}\n`))
  const blocks = markdownBlocks(section ?? '')
  expect(blocks.length).toBeGreaterThan(1)
  for (const block of blocks) perform(block)
}

function perform({ language, introduction, text }: MarkdownBlock): void {
  if (language === 'sh') {
    project.run('sh', '-euc', text.replace(/(?<=install )lockstep\b/, inject('tarball')))
    return
  }
  const [, file] = [...introduction.matchAll(/`([\w.-]+\.(?:ts|json|yaml))`/g)].at(-1) ?? []
  if (file === undefined) throw new Error(`Which file is this?\n${introduction}\n${text}`)
  project.write(file, language === 'json' ? merged(project.read(file), text) : text)
}

/** A block of JSON shows the options to add. */
function merged(present: string, added: string): string {
  const options = JSON.parse(present)
  const { compilerOptions } = JSON.parse(added)
  Object.assign(options.compilerOptions, compilerOptions)
  return JSON.stringify(options, null, 2)
}

/** The versions that `cdk8s init` of this CLI would fill in. */
function fillIn(template: string): string {
  const values: Readonly<Record<string, string>> = {
    $base: 'hello',
    cdk8s_core_version: versionOf('cdk8s'),
    cdk8s_plus_version: versionOf('cdk8s-plus-33'),
    constructs_version: versionOf('constructs'),
    cdk8s_cli_spec: `^${versionOf('cdk8s-cli')}`,
  }
  return template.replaceAll(/\{\{ (\S+) \}\}/g, (_, name: string) => values[name] as string)
}

function versionOf(name: string): string {
  const path = join(ROOT, 'node_modules', name, 'package.json')
  return JSON.parse(readFileSync(path, 'utf8')).version
}
