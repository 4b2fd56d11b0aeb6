import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import { goodApp, set } from '../checks/good-app.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { capturedTerminal } from './captured-terminal.ts'

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname
const APPS = new URL('../..', import.meta.url).pathname

/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

async function check(cwd: string, ...args: readonly string[]) {
  const terminal = capturedTerminal(cwd)
  await runProgram(['check', ...args], terminal)
  return { out: terminal.output(), err: terminal.errors(), code: terminal.exitCode() }
}

const good = goodApp().map(emitYaml).join('---\n')
const latest = goodApp(set('Deployment/web', 'spec.template.spec.containers.0.image', 'nginx'))
  .map(emitYaml)
  .join('---\n')

const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: shop\ndata: {}\n`

describe('lockstep check with paths', () => {
  it('ends with 0 where nothing is wrong, and shows what bad days leave', async () => {
    const { out, err, code } = await check(folderOf({ 'app.yaml': good }), 'app.yaml')
    expect({ err, code }).toEqual({ err: '', code: 0 })
    expect(out).toMatch(/^WORKLOAD +PODS +DRAIN/m)
    expect(out).toContain('25 objects: nothing found')
  })

  it('ends with 1 where something is, and names the file and line', async () => {
    const { out, code } = await check(folderOf({ 'deep/app.yaml': latest }), 'deep')
    expect(code).toBe(1)
    expect(out).toContain('warning image/floating')
    expect(out).toMatch(/deep\/app\.yaml:\d+/)
  })

  it('ends with 0 where there is only advice', async () => {
    const changed = goodApp(set('PodDisruptionBudget/web', 'spec.maxUnavailable', '90%'))
    const folder = folderOf({ 'app.yaml': changed.map(emitYaml).join('---\n') })
    const { out, code } = await check(folder, '.')
    expect(out).toContain('1 piece of advice')
    expect(code).toBe(0)
  })

  it('reads multi-document YAML, JSON, lists, comments and empty documents', async () => {
    const folder = folderOf({
      'a.yaml': `# Source: chart/templates/a.yaml\n---\n---\n${configMap('a')}---\n# nothing\n`,
      'b.json': JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'b', namespace: 'shop' },
      }),
      'c.yml': `apiVersion: v1\nkind: List\nitems:\n  - ${configMap('c').replaceAll('\n', '\n    ').trim()}\n  - ${configMap('d').replaceAll('\n', '\n    ').trim()}\n`,
    })
    expect((await check(folder, '.')).out).toContain('4 objects: nothing found')
  })

  it('counts what is no manifest instead of stumbling over it', async () => {
    const folder = folderOf({
      'app.yaml': configMap('a'),
      'values.yaml': 'replicas: 3\n',
      'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
      'package.json': '{ "name": "x", /* no JSON */ }',
      'templates/deployment.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}\n',
      'kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [app.yaml]\npatches:\n  - path: patch.yaml\n',
      'patch.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n',
      '.github/workflow.yaml': 'kind: apiVersion: {{',
      'node_modules/x/app.yaml': configMap('x'),
      'rollouts/plan.yaml':
        'apiVersion: lockstep.dev/v1alpha1\nkind: RolloutPlan\nmetadata:\n  name: x\n',
    })
    symlinkSync(folder, join(folder, 'circle'))
    symlinkSync('/nowhere/at/all.yaml', join(folder, 'dangling.yaml'))
    const { out, code } = await check(folder, '.')
    expect(out).toContain('1 object: nothing found')
    expect(out).toContain(
      'Files skipped: 5 without Kubernetes objects, 1 Helm template (render first), 1 patch (build first).',
    )
    expect(code).toBe(0)
  })

  it('says so where an object forgot its name', async () => {
    const folder = folderOf({ 'app.yaml': 'apiVersion: v1\nkind: ConfigMap\ndata: {}\n' })
    const { out, code } = await check(folder, 'app.yaml')
    expect(out).toContain('error manifest/required')
    expect(code).toBe(1)
  })

  it('takes what is missing for a risk, since the paths may be a part, and believes what is declared', async () => {
    const changed = goodApp(set('Deployment/web', 'spec.template.spec.priorityClassName', 'high'))
    const folder = folderOf({ 'app.yaml': changed.map(emitYaml).join('---\n') })
    expect((await check(folder, '.')).out).toContain('warning reference/priority-class')
    expect(await check(folder, '.', '--external', 'PriorityClass high')).toMatchObject({ code: 0 })
  })

  it('checks for the newest Kubernetes, or those that are asked for', async () => {
    const changed = goodApp(
      set('Deployment/web', 'spec.template.spec.containers.0.lifecycle.stopSignal', 'SIGTERM'),
    )
    const folder = folderOf({ 'app.yaml': changed.map(emitYaml).join('---\n') })
    expect(await check(folder, '.')).toMatchObject({ code: 0 })
    const older = await check(folder, '.', '--target-versions', '1.31..1.36')
    expect(older.out).toContain('error schema/not-in-version')
    expect(older.code).toBe(1)
  })

  it('reads standard input, as from helm template', () => {
    const { stdout, status } = spawnSync(process.execPath, [MAIN, 'check', '-'], {
      input: latest,
      encoding: 'utf8',
    })
    expect(stdout).toMatch(/<stdin>:\d+/)
    expect(status).toBe(1)
  })
})

describe('lockstep check that cannot run', () => {
  it.each([
    ['a path that is not there', ['nowhere'], 'nowhere: no such file or folder'],
    ['a folder without manifests', ['empty'], 'There is no Kubernetes object in empty'],
    ['a broken file', ['broken'], 'broken/a.yaml:'],
    ['a version that nobody knows', ['app.yaml', '--target-versions', '1.5'], "Kubernetes '1.5'"],
    [
      'an external object that names none',
      ['app.yaml', '--external', 'x'],
      "'x' does not name an object",
    ],
    ['an environment of paths', ['app.yaml', '--env', 'prod'], '--env selects environments'],
    ['a format that there is not', ['app.yaml', '--format', 'xml'], "argument 'xml' is invalid"],
    [
      'a baseline that is not there',
      ['app.yaml', '--baseline', 'b.json'],
      'baseline b.json cannot be read',
    ],
    [
      'a baseline in a folder that is not there',
      ['app.yaml', '--write-baseline', 'no/b.json'],
      'baseline no/b.json cannot be written',
    ],
    ['a baseline that is none', ['app.yaml', '--baseline', 'app.yaml'], 'it is no JSON'],
    ['a folder without app definitions', [], 'cdk8s.yaml cannot be read'],
  ])('says what is wrong with %s, and ends with 2', async (_, args, message) => {
    const folder = folderOf({
      'app.yaml': good,
      'empty/readme.md': '',
      'broken/a.yaml': 'apiVersion: v1\nkind: [\n',
    })
    const { out, err, code } = await check(folder, ...args)
    expect(err).toContain(message)
    expect({ out, code }).toEqual({ out: '', code: 2 })
  })

  it('names all broken files at once', async () => {
    const folder = folderOf({
      'a.yaml': 'apiVersion: v1\nkind: [\n',
      'b.yaml': 'apiVersion: v1\nkind: x\nkind: y\n',
    })
    const { err } = await check(folder, '.')
    expect(err).toMatch(/a\.yaml:\d+:\d+[\s\S]*b\.yaml:3:1/)
  })
})

describe('lockstep check --baseline', () => {
  it('reports only what is new, and what is gone', async () => {
    const folder = folderOf({ 'app.yaml': latest })
    const written = await check(folder, '.', '--write-baseline', 'base.json')
    expect(written).toEqual({
      out: 'base.json: 1 finding taken as given\n',
      err: '',
      code: undefined,
    })
    const same = await check(folder, '.', '--baseline', 'base.json')
    expect(same.code).toBe(0)
    expect(same.out).toContain('Taken as given by the baseline: 1 finding.')

    const worse = goodApp(
      set('Deployment/web', 'spec.template.spec.containers.0.image', 'nginx'),
      set('StatefulSet/ledger', 'spec.template.spec.containers.0.image', 'nginx'),
    )
    writeFileSync(join(folder, 'app.yaml'), worse.map(emitYaml).join('---\n'))
    const next = await check(folder, '.', '--baseline', 'base.json', '--format', 'json')
    expect(next.code).toBe(1)
    expect(JSON.parse(next.out)).toMatchObject({
      summary: { warning: 1, baselined: 1 },
      findings: [{ object: 'StatefulSet.apps shop/ledger' }],
    })

    writeFileSync(join(folder, 'app.yaml'), good)
    expect((await check(folder, '.', '--baseline', 'base.json')).out).toContain(
      'Gone from the baseline: 1 finding',
    )
    expect(JSON.parse(readFileSync(join(folder, 'base.json'), 'utf8')).findings).toHaveLength(1)
  })
})

describe('lockstep check --format', () => {
  it.each([
    ['json', (text: string) => expect(JSON.parse(text)).toMatchObject({ version: 1 })],
    ['sarif', (text: string) => expect(JSON.parse(text)).toMatchObject({ version: '2.1.0' })],
    ['markdown', (text: string) => expect(text).toMatch(/^### Check of 25 objects: 1 warning\n/)],
  ] as const)('%s prints the report and nothing else', async (format, matches) => {
    const { out, err, code } = await check(
      folderOf({ 'app.yaml': latest }),
      '.',
      '--format',
      format,
    )
    matches(out)
    expect({ err, code }).toEqual({ err: '', code: 1 })
  })

  it('text fills a screen at most, and everything with --all', async () => {
    const apps = Array.from({ length: 12 }, (_, app) =>
      latest
        .replaceAll('namespace: shop', `namespace: shop-${app}`)
        .replaceAll('name: shop', `name: shop-${app}`),
    )
    const folder = folderOf({ 'app.yaml': apps.join('---\n') })
    const screen = await check(folder, '.')
    expect(screen.out.split('\n').length).toBeLessThan(50)
    expect(screen.out).toContain('… and 28 more; --all shows them.')
    const all = await check(folder, '.', '--all')
    expect(all.out.match(/whatever was pushed last/g)).toHaveLength(12)
    expect(all.out.match(/^Deployment\.apps /gm)).toHaveLength(24)
  })
})

describe('lockstep check of the apps', () => {
  it('checks each environment for its own version, or one of them', async () => {
    const both = await check(APPS, '--format', 'json')
    expect(both.err).toBe('')
    const report = JSON.parse(both.out)
    expect(
      report.simulations.map(({ environment }: { environment: string }) => environment),
    ).toEqual(['prod', 'staging'])
    expect(report.summary).toMatchObject({ error: 0, warning: 0 })
    expect(both.code).toBe(0)
    const one = await check(APPS, '--env', 'staging', '--format', 'json')
    expect(JSON.parse(one.out).objects).toBeLessThan(report.objects)
  })

  it('tells mistakes in options, which only synth can see, with the others', async () => {
    const folder = folderOf({
      'cdk8s.yaml': 'app: node app.ts\n',
      'app.ts': `
import { App, Environment, fixed, HighlyAvailableDeployment, Namespace } from '${APPS}constructs/index.ts'
const app = new App()
for (const name of ['prod', 'staging']) {
  const environment = new Environment(app, name, { owner: 'shop', images: {} })
  new HighlyAvailableDeployment(new Namespace(environment, 'shop'), 'web', {
    image: 'nginx',
    port: 8080,
    resources: { cpu: '1', memory: '1Gi' },
    health: { ready: '/readyz', live: '/livez' },
    replicas: fixed(3),
  })
}
app.synth()
`,
    })
    const { out, code } = await check(folder, '--env', 'prod', '--format', 'json')
    const findings = JSON.parse(out).findings as { rule: string; environment: string }[]
    expect(findings.map(({ rule }) => rule)).toContain('construct/option')
    expect(new Set(findings.map(({ environment }) => environment))).toEqual(new Set(['prod']))
    expect(code).toBe(1)
  })

  it('refuses an environment that there is not', async () => {
    const { err, code } = await check(APPS, '--env', 'moon')
    expect(err).toContain("no environment 'moon'")
    expect(code).toBe(2)
  })
})
