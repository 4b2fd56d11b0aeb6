import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readTree, temporaryFolder } from '../temporary-folder.ts'
import { oneService, TemporaryProject } from './temporary-project.ts'

const dist = (project: TemporaryProject) => readTree(join(project.folder, 'dist'))

describe('lockstep synth', () => {
  it('writes the manifests and says where', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    expect(await project.lockstep('synth')).toEqual({
      code: 0,
      stdout: 'dist/prod: 7 files\n',
      stderr: '',
    })
    expect(Object.keys(dist(project))).toContain('prod/workloads/shop/web/deployment.apps-web.yaml')
  })

  it('writes the environments that were asked for, and leaves the others as they are', async () => {
    const two = oneService().replace(
      'app.synth()',
      "new Namespace(new Environment(app, 'dev', { owner: 'platform-team', images: {} }), 'shop')\napp.synth()",
    )
    const project = new TemporaryProject({ 'apps/main.ts': two })
    expect((await project.lockstep('synth', '--env', 'dev', '--output', 'out')).stdout).toBe(
      'out/dev: 2 files\n',
    )
    expect(readdirSync(join(project.folder, 'out')).sort()).toEqual(['.lockstep.json', 'dev'])

    const unknown = await project.lockstep('synth', '--env', 'prd')
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toBe(
      "error: The app definitions have no environment 'prd'\n  → Use one of: dev, prod\n",
    )
  })

  it('reports mistakes without a stack trace, writes nothing and ends with 1', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    await project.lockstep('synth')
    const before = dist(project)
    project.write({ 'apps/main.ts': oneService('budget: { minAvailable: 3 },') })

    const { code, stdout, stderr } = await project.lockstep('synth')
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain("'budget' never lets a pod go when there are 3")
    expect(stderr).toMatch(/construct\/option, apps\/main\.ts:6 \(prod\/shop\/web\)/)
    expect(stderr).not.toContain('    at ')
    expect(dist(project)).toEqual(before)
  })

  it('says what is wrong with an option once, not again about what came of it', async () => {
    const same = oneService("health: { ready: '/up', live: '/up' },")
    const { stderr } = await new TemporaryProject({ 'apps/main.ts': same }).lockstep('synth')
    expect(stderr).toContain("error: prod/shop/web: 'health.live' is the same as `health.ready`")
    expect(stderr).not.toContain('warning:')
  })

  it.each([
    [
      'throws',
      "function shop() {\n  throw new TypeError('no such thing')\n}\nshop()",
      'TypeError: no such thing (apps/main.ts:2)',
      'Correct the app definition and run again; nothing was written',
    ],
    [
      'throws an error of ours',
      "import { Namespace } from 'lockstep'\nnew Namespace(undefined, 'shop')",
      'NoScopeError: Construct "shop" needs the construct that it belongs to as its first argument, got undefined (apps/main.ts:2)',
      "Pass it: `new Namespace(environment, 'shop')`",
    ],
    [
      'does not parse',
      'const = 1',
      /SyntaxError.*: .* \(apps\/main\.ts:1\)/,
      'Correct the syntax there; nothing was written',
    ],
    [
      'imports a file that is not there',
      "import './missing.ts'",
      /Cannot find module '.*missing\.ts' imported from/,
      'Correct the import: it is the path of a file with its ending, as `./shop.ts`',
    ],
    [
      'imports a package that is not there',
      "import 'left-pad'",
      "Cannot find package 'left-pad' imported from",
      'Install it, as `npm install left-pad`, or correct the import',
    ],
    [
      'imports what a module has not',
      "import { Chart } from 'lockstep'\nnew Chart()",
      "does not provide an export named 'Chart' (apps/main.ts:1)",
      "Import what the module exports; if 'Chart' is a type, write `import type`",
    ],
    [
      'never synthesizes',
      "import { App } from 'lockstep'\nnew App()",
      'without a call of `app.synth()`',
      'Correct the app definition and run again; nothing was written',
    ],
  ])('says why when the app definition %s, and ends with 2', async (_, text, reason, remedy) => {
    const project = new TemporaryProject({ 'apps/main.ts': text })
    const { code, stderr } = await project.lockstep('synth')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: `node apps\/main\.ts` ended with exit code \d:/)
    expect(stderr).toMatch(reason)
    expect(stderr.endsWith(`\n  → ${remedy}\n`)).toBe(true)
    expect(stderr).not.toContain('    at ')
    expect(existsSync(join(project.folder, 'dist'))).toBe(false)
  })

  it.each([
    ['nod apps/main.ts', 'There is no such command: install it, or correct `app` in cdk8s.yaml'],
    ['node apps/man.ts', /There is no file .*apps\/man\.ts: correct `app` in cdk8s\.yaml/],
  ])('says what to correct when it cannot start `%s`', async (app, remedy) => {
    const project = new TemporaryProject({ 'cdk8s.yaml': `app: ${app}\n` })
    const { code, stderr } = await project.lockstep('synth')
    expect(code).toBe(2)
    expect(stderr).toMatch(remedy)
  })

  it('says so when the app ended without a word', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': 'process.exit(3)\n' })
    const { code, stderr } = await project.lockstep('synth')
    expect(code).toBe(2)
    expect(stderr).toContain(
      'error: `node apps/main.ts` ended with exit code 3 and printed no error\n  → ',
    )
  })

  it('says how a package is made one of modules', async () => {
    const project = new TemporaryProject({
      'package.json': '{ "type": "commonjs" }\n',
      'apps/main.ts': oneService(),
    })
    const { code, stderr } = await project.lockstep('synth')
    expect(code).toBe(2)
    expect(stderr).toContain('  → Write `"type": "module"` into package.json')
  })

  it('collects whatever plain JavaScript can get wrong, each with its place and what to write', async () => {
    const project = new TemporaryProject({
      'cdk8s.yaml': 'app: node apps/main.mjs\n',
      'apps/main.mjs': `
import { App, Environment, HighlyAvailableDeployment, Namespace, SingletonService } from 'lockstep'
const app = new App()
const prod = new Environment(app, 'prod', {})
const shop = new Namespace(prod, 'shop')
new SingletonService(shop, 'ledger', { image: prod.image('ledger') })
new HighlyAvailableDeployment(shop, 'web', { port: '80', replicas: 'three', health: { live: '/livez' } })
new HighlyAvailableDeployment(shop, 'web')
new HighlyAvailableDeployment(prod, 'lost', null)
new Namespace(app, 'loose')
app.synth()
`,
    })
    const { code, stderr } = await project.lockstep('synth')
    expect(code).toBe(1)
    expect(stderr).not.toMatch(/warning:|undefined,| {4}at /)
    expect(
      stderr.match(/^error: .*: '?[^ ]+'? (?:must|is)/gm)?.map((line) => line.slice(7)),
    ).toEqual([
      "prod: 'owner' must",
      "prod: 'images' must",
      "prod/shop/ledger: 'resources' must",
      "prod/shop/ledger: 'guarantee' must",
      "prod/shop/web: 'image' must",
      "prod/shop/web: 'resources' must",
      "prod/shop/web: 'port' must",
      "prod/shop/web: 'health.ready' must",
      "prod/shop/web: 'replicas' must",
      "prod/shop/web: 'props' must",
      "prod/lost: 'props' must",
      "prod/lost: 'scope' is",
      "loose: 'scope' is",
      "prod/shop/web: 'web' is",
    ])
    expect(stderr).toContain(`\
error: prod/shop/web: 'port' must be a whole number from 1 to 65535, got "80"
  → Write \`port: 80\`
    construct/option, apps/main.mjs:7 (prod/shop/web)
`)
    expect(stderr).toMatch(/construct\/same-id, apps\/main\.mjs:8 .*apps\/main\.mjs:7 /)
  })

  it('reports mistakes once when the app is run by itself', () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService("waivers: 'none',") })
    const { status, stderr } = spawnSync(process.execPath, ['apps/main.ts'], {
      cwd: project.folder,
      encoding: 'utf8',
    })
    expect(status).toBe(1)
    expect(stderr.match(/'waivers' must be a list/g)).toHaveLength(1)
    expect(stderr).not.toContain('    at ')
  })

  it('writes the folder when a report is asked for that nobody waits for', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    const { status } = spawnSync(process.execPath, ['apps/main.ts'], {
      cwd: project.folder,
      env: { ...process.env, LOCKSTEP_REPORT: join(project.folder, 'nobody.jsonl') },
    })
    expect(status).toBe(0)
    expect(Object.keys(dist(project))).toHaveLength(8)
    expect(existsSync(join(project.folder, 'nobody.jsonl'))).toBe(false)
  })

  it('says why when two apps have one environment, and when a report is cut off', async () => {
    const project = new TemporaryProject({
      'apps/main.ts': oneService(),
      'apps/twice.ts': "await import('./main.ts')\nawait import('./main.ts?again')\n",
      'apps/full.ts':
        "import { writeFileSync } from 'node:fs'\n" +
        "writeFileSync(process.env.LOCKSTEP_REPORT, '{\"rend')\nthrow new Error('disk is full')\n",
      'apps/nearly-full.ts':
        "import { statSync, truncateSync } from 'node:fs'\nimport './main.ts'\n" +
        'const report = process.env.LOCKSTEP_REPORT\n' +
        'truncateSync(report, statSync(report).size - 1)\n' +
        "throw new Error('ENOSPC: no space left on device, write')\n",
    })
    const twice = await project.lockstep('synth', '--app', 'node apps/twice.ts')
    expect(twice.code).toBe(2)
    expect(twice.stderr).toContain("It synthesized environment 'prod' more than once")
    const full = await project.lockstep('synth', '--app', 'node apps/full.ts')
    expect(full.code).toBe(2)
    expect(full.stderr).toMatch(
      /^error: `node apps\/full\.ts` ended with exit code 1: Error: disk is full/,
    )
    expect(full.stderr).toContain('disk is full')
    const nearlyFull = await project.lockstep('synth', '--app', 'node apps/nearly-full.ts')
    expect(nearlyFull.code).toBe(2)
    expect(nearlyFull.stderr).toContain('ended with exit code 1: Error: ENOSPC: no space left')
    expect(nearlyFull.stderr).toContain('→ Free space on the disk')
    expect(existsSync(join(project.folder, 'dist'))).toBe(false)
  })

  it('says so when the app imports a lockstep that reports in another form', async () => {
    const project = new TemporaryProject({
      'apps/main.ts':
        "import { writeFileSync } from 'node:fs'\n" +
        'writeFileSync(process.env.LOCKSTEP_REPORT, \'{"renderings":[],"findings":[]}\\n\')\n',
    })
    const { code, stderr } = await project.lockstep('synth')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: The app definitions import another version of lockstep than /)
    expect(stderr).toContain('→ Run the command of the package that the app definitions import')
    expect(existsSync(join(project.folder, 'dist'))).toBe(false)
  })

  it('passes on what the app prints, apart from its own output', async () => {
    const project = new TemporaryProject({
      'apps/main.ts': `console.log('from the app')\n${oneService()}`,
    })
    expect(await project.lockstep('synth')).toEqual({
      code: 0,
      stdout: 'dist/prod: 7 files\n',
      stderr: 'from the app\n',
    })
  })

  it('refuses a folder that it did not write', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    mkdirSync(join(project.folder, 'dist', 'prod'), { recursive: true })
    writeFileSync(join(project.folder, 'dist', 'prod', 'mine.txt'), 'kept\n')
    const { code, stderr } = await project.lockstep('synth')
    expect(code).toBe(2)
    expect(stderr).toContain("'prod' is there and was not written by synth")
    expect(dist(project)).toEqual({ 'prod/mine.txt': 'kept\n' })
  })

  it('writes outside of the project only into a folder that is empty or its own', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    const elsewhere = temporaryFolder()
    const write = (output: string) => project.lockstep('synth', '--output', output)
    expect(await write(join(elsewhere, 'a', 'b'))).toMatchObject({ code: 0 })
    expect(await write(join(elsewhere, 'a', 'b'))).toMatchObject({ code: 0 })
    for (const output of [elsewhere, join(elsewhere, 'a'), '.', '..']) {
      const { code, stderr } = await write(output)
      expect(code).toBe(2)
      expect(stderr).toMatch(/it is outside of the project, holds something already, and was not/)
      expect(stderr).toContain('  → Choose an empty folder with --output')
    }
    expect(readdirSync(elsewhere)).toEqual(['a'])
    expect(existsSync(join(project.folder, 'prod'))).toBe(false)
  })

  it('says where it cannot write', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService(), 'notes.txt': '' })
    for (const output of ['/proc/x', 'notes.txt', 'notes.txt/below']) {
      const { code, stderr } = await project.lockstep('synth', '--output', output)
      expect(code).toBe(2)
      expect(stderr).toMatch(/^error: Cannot write into \/.*: E[A-Z]+: /)
      expect(stderr).toContain('  → Make it a folder that you may write, or choose another one')
    }
  })

  it('says what to do when there is no place for temporary files', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService(), 'notes.txt': '' })
    vi.stubEnv('TMPDIR', join(project.folder, 'notes.txt'))
    onTestFinished(() => void vi.unstubAllEnvs())
    const { code, stderr } = await project.lockstep('synth')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: The temporary folder .*notes\.txt cannot be written: ENOTDIR/)
    expect(stderr).toContain(
      '  → Free space on its disk, or name another folder by the variable TMPDIR',
    )
  })

  it('says so also where Node itself would look for that place without an end', () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    const main = join(import.meta.dirname, '../../cli/main.ts')
    const { status, stderr } = spawnSync(process.execPath, [main, 'synth'], {
      cwd: project.folder,
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: '/proc/nowhere' },
      timeout: 60_000,
    })
    expect(stderr).toContain('error: The temporary folder /proc/nowhere cannot be written')
    expect(status).toBe(2)
  })

  it('writes an environment that is asked for twice once', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    await project.lockstep('synth')
    project.write({ 'apps/main.ts': oneService("args: ['--verbose'],") })
    const { code, stdout, stderr } = await project.lockstep('synth', '--env', 'prod', '-e', 'prod')
    expect([code, stdout], stderr).toEqual([0, 'dist/prod: 7 files\n'])
    expect(Object.keys(dist(project))).toHaveLength(8)
  })

  it('ends with all that the app has started when the system asks it to', async () => {
    const project = new TemporaryProject({
      'apps/main.ts':
        "import { writeFileSync } from 'node:fs'\n" +
        "writeFileSync('pid', process.pid + '\\n')\nsetInterval(() => {}, 1000)\n",
    })
    const pidFile = join(project.folder, 'pid')
    const run = project.start('synth', '--app', 'node apps/main.ts; true')
    const readPid = (): string => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8') : '')
    await vi.waitUntil(() => readPid().endsWith('\n'), { timeout: 20_000 })
    run.terminate()

    expect(await run.ended).toMatchObject({
      code: 143,
      stderr: expect.stringContaining('Interrupted by SIGTERM'),
    })
    // Nobody may have collected it yet, which makes it a zombie.
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', readPid().trim()], {
      encoding: 'utf8',
    })
    expect(stdout).toMatch(/^(?:Z.*)?\s*$/)
  })

  it('ends on Ctrl-C and leaves the old output as it was', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    await project.lockstep('synth')
    const before = dist(project)
    const started = join(project.folder, 'started')
    project.write({
      'apps/main.ts': `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(started)}, '')\nsetInterval(() => {}, 1000)\n`,
    })
    const run = project.start('synth')
    await vi.waitUntil(() => existsSync(started), { timeout: 20_000 })
    run.interrupt()

    expect((await run.ended).code).toBe(130)
    expect(dist(project)).toEqual(before)
  })
})

describe('the project file', () => {
  it.each([
    ['is missing', undefined, 'cdk8s.yaml cannot be read in this folder'],
    ['is no YAML', 'app: [', 'cdk8s.yaml is not valid YAML'],
    ['names no app', 'language: typescript\n', 'cdk8s.yaml has no `app`'],
    ['is a list', '- app\n', 'cdk8s.yaml is not a map of settings'],
    ['has an odd setting', 'app: node apps/main.ts\noutput: 7\n', 'cdk8s.yaml has `output: 7`'],
    [
      'misspells a setting of ours',
      'app: node apps/main.ts\nlockstep: { brnch: live }\n',
      'cdk8s.yaml has `lockstep.brnch`, which is no setting\n  → Write `branch`',
    ],
    [
      'misspells our part',
      'app: node apps/main.ts\nLockstpe: { branch: live }\n',
      'cdk8s.yaml has `Lockstpe`, which is no setting\n  → Write `lockstep`',
    ],
    [
      'misspells a setting of the official CLI',
      'app: node apps/main.ts\nouput: manifests\n',
      'cdk8s.yaml has `ouput`, which is no setting\n  → Write `output`',
    ],
    [
      'has a setting of ours at its top',
      'app: node apps/main.ts\nbranch: live\n',
      'cdk8s.yaml has `branch`, which is no setting\n  → Write `lockstep: { branch: … }`',
    ],
  ])('is complained about when it %s', async (_, text, complaint) => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    if (text !== undefined) project.write({ 'cdk8s.yaml': text })
    const folder = text === undefined ? ['--app', 'node apps/main.ts'] : []
    if (text === undefined) {
      const { rmSync } = await import('node:fs')
      rmSync(join(project.folder, 'cdk8s.yaml'))
    }
    const { code, stderr } = await project.lockstep('synth', ...folder)
    expect(code).toBe(2)
    expect(stderr).toContain(`error: ${complaint}`)
    expect(stderr).toContain('  → ')
  })

  it('has a package.json beside it that can be read, or is told which one cannot', async () => {
    const project = new TemporaryProject({ 'package.json': '{ "name": ' })
    const { code, stderr } = await project.lockstep('synth')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: package\.json is not valid JSON: .+\n {2}→ Correct it\n$/)
  })
})
