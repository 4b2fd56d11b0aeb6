import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { readTree } from '../temporary-folder.ts'
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
    ['throws', "throw new TypeError('no such thing')", 'no such thing'],
    ['does not parse', 'const = 1', 'SyntaxError'],
    ['imports what is not there', "import './missing.ts'", 'missing.ts'],
    [
      'never synthesizes',
      "import { App } from 'lockstep'\nnew App()",
      'without a call of `app.synth()`',
    ],
  ])('says why when the app definition %s, and ends with 2', async (_, text, reason) => {
    const project = new TemporaryProject({ 'apps/main.ts': text })
    const { code, stderr } = await project.lockstep('synth')
    expect(code).toBe(2)
    expect(stderr).toContain('error: `node apps/main.ts` ended with exit code')
    expect(stderr).toContain(reason)
    expect(stderr).toContain('→ Correct the app definition and run again; nothing was written')
    expect(existsSync(join(project.folder, 'dist'))).toBe(false)
  })

  it('says why when two apps have one environment, and when a report ends in mid-line', async () => {
    const project = new TemporaryProject({
      'apps/main.ts': oneService(),
      'apps/twice.ts': "await import('./main.ts')\nawait import('./main.ts?again')\n",
      'apps/full.ts':
        "import { writeFileSync } from 'node:fs'\n" +
        "writeFileSync(process.env.LOCKSTEP_REPORT, '{\"rend')\nthrow new Error('disk is full')\n",
    })
    const twice = await project.lockstep('synth', '--app', 'node apps/twice.ts')
    expect(twice.code).toBe(2)
    expect(twice.stderr).toContain("It synthesized environment 'prod' more than once")
    const full = await project.lockstep('synth', '--app', 'node apps/full.ts')
    expect(full.code).toBe(2)
    expect(full.stderr).toMatch(/^error: `node apps\/full\.ts` ended with exit code 1\n/)
    expect(full.stderr).toContain('disk is full')
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

  it('writes an environment that is asked for twice once', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    await project.lockstep('synth')
    project.write({ 'apps/main.ts': oneService("args: ['--verbose'],") })
    const { code, stdout } = await project.lockstep('synth', '--env', 'prod', 'prod')
    expect([code, stdout]).toEqual([0, 'dist/prod: 7 files\n'])
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
})
