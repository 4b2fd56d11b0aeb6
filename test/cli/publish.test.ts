import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bareRepository, filesOf, git } from '../gitops/git.ts'
import { oneService, TemporaryProject } from './temporary-project.ts'

const DEPLOYMENT = 'prod/workloads/shop/web/deployment.apps-web.yaml'

/** A user's project in a Git repository whose `origin` is a bare repository beside it. */
function newProject(app = oneService()) {
  const project = new TemporaryProject({ 'apps/main.ts': app, '.gitignore': 'node_modules\n' })
  const { folder } = project
  const remote = bareRepository(join(folder, 'node_modules', '.deploy.git'))
  execFileSync('git', ['init', '--quiet'], { cwd: folder })
  git(folder, 'config', 'user.name', 'Platform Team')
  git(folder, 'config', 'user.email', 'platform-team@example.com')
  git(folder, 'config', 'commit.gpgSign', 'false')
  git(folder, 'remote', 'add', 'origin', remote)
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message', 'the app')
  return { project, remote, folder }
}

/** An app after whose synth the objects of one kind in its report are no JSON any more. */
const SPOILT_REPORT = `
import { readFileSync, writeFileSync } from 'node:fs'
import './main.ts'

const { LOCKSTEP_REPORT: path, SPOILT: kind } = process.env
const report = readFileSync(path, 'utf8')
const object = new RegExp('\\\\{("apiVersion":"[^"]*","kind":"' + kind + '")', 'g')
writeFileSync(path, report.replaceAll(object, '!$1'))
`

const edit = (remote: string, change: (folder: string) => void): void => {
  const clone = join(remote, '..', `clone-${Math.random().toString(36).slice(2)}`)
  git('/', 'clone', '--quiet', '--branch', 'deploy', remote, clone)
  change(clone)
  git(clone, 'add', '--all')
  git(clone, 'commit', '--quiet', '--message', 'by hand')
  git(clone, 'push', '--quiet')
}

// Several processes a test, on machines that may be busy.
describe('lockstep publish', { timeout: 120_000 }, () => {
  it('publishes to the branch `deploy` of `origin`, and says what it did', async () => {
    const { project, remote, folder } = newProject()
    const { code, stdout, stderr } = await project.lockstep('publish')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^prod:\n\+ shop\/_namespace {2}new/)
    expect(stdout).toMatch(/Published prod as [0-9a-f]{12} on deploy of .*deploy\.git\n$/)
    expect(filesOf(remote, 'deploy')[DEPLOYMENT]).toContain('kind: Deployment')
    const source = git(folder, 'rev-parse', 'HEAD').trim()
    expect(
      git(remote, 'log', '-1', '--format=%(trailers:key=Lockstep-Source,valueonly)', 'deploy'),
    ).toBe(`${source}\n\n`)
    expect(git(folder, 'status', '--porcelain')).toBe('')
    expect((await project.lockstep('publish')).stdout).toMatch(/^prod is up to date on deploy/)
  })

  it('says in the commit that the source had changes that no commit has', async () => {
    const { project, remote } = newProject()
    project.write({ 'notes.txt': 'not committed' })
    await project.lockstep('publish', '--message', 'A reason')
    expect(
      git(remote, 'log', '-1', '--format=%s %(trailers:key=Lockstep-Source,valueonly)', 'deploy'),
    ).toMatch(/^A reason [0-9a-f]{40}\+dirty/)
  })

  it('shows the plan of a rollout as new, and as changed from then on', async () => {
    const canary = (weight: number) =>
      oneService(`steps: [{ weight: ${weight}, hold: Duration.minutes(2) }], analysis: [],`)
        .replace(
          "} from 'lockstep'",
          ", CanaryRollout } from 'lockstep'\nimport { Duration } from 'cdk8s'",
        )
        .replace('new HighlyAvailableDeployment', 'new CanaryRollout')
    const { project } = newProject(canary(50))
    expect((await project.lockstep('publish')).stdout).toMatch(/^\+ prod\/rollouts\/shop\/web/m)
    project.write({ 'apps/main.ts': canary(34) })
    expect((await project.lockstep('diff')).stdout).toMatch(/^~ prod\/rollouts\/shop\/web/m)
  })

  it('reads the objects of the app that has changed and of no other', async () => {
    const { project, remote } = newProject()
    await project.lockstep('publish')
    project.write({
      'apps/main.ts': oneService("env: { LOG_LEVEL: 'debug' },"),
      'apps/spoilt.ts': SPOILT_REPORT,
    })
    const publishWithout = (kind: string) =>
      project.lockstep('publish', '--app', `SPOILT=${kind} node apps/spoilt.ts`)
    expect((await publishWithout('Deployment')).stderr).toContain('SyntaxError')
    expect((await publishWithout('Namespace')).stdout).toContain('Published prod as')
    expect(filesOf(remote, 'deploy')[DEPLOYMENT]).toContain('debug')
    expect((await publishWithout('Deployment')).stdout).toMatch(/^prod is up to date on deploy/)
  })

  it('writes nothing with --dry-run', async () => {
    const { project, remote } = newProject()
    const { code, stdout } = await project.lockstep('publish', '--dry-run')
    expect(code).toBe(0)
    expect(stdout).toContain('Nothing was written (--dry-run).')
    expect(git(remote, 'for-each-ref')).toBe('')
  })

  it('takes remote and branch from cdk8s.yaml, and rather from the command line', async () => {
    const { project, remote, folder } = newProject()
    const other = bareRepository(join(folder, 'node_modules', '.other.git'))
    project.write({
      'cdk8s.yaml':
        'app: node apps/main.ts\nlockstep: { remote: node_modules/.other.git, branch: live }\n',
    })
    await project.lockstep('publish')
    expect(git(other, 'for-each-ref', '--format=%(refname:short)')).toBe('live\n')
    await project.lockstep('publish', '--remote', `file://${remote}`, '--branch', 'refs/heads/main')
    expect(git(remote, 'for-each-ref', '--format=%(refname:short)')).toBe('main\n')
  })

  it('puts the commit on a branch for review', async () => {
    const { project, remote } = newProject()
    await project.lockstep('publish')
    const before = git(remote, 'rev-parse', 'deploy')
    project.write({ 'apps/main.ts': oneService().replace('fixed(3)', 'fixed(4)') })
    const { code, stdout } = await project.lockstep('publish', '--branch-for-review', 'four')
    expect(code).toBe(0)
    expect(stdout).toContain('spec.replicas: 3 → 4')
    expect(git(remote, 'rev-parse', 'deploy', 'four~1')).toBe(`${before}${before}`)
  })

  it('waits for no review on the branch that is deployed', async () => {
    const { project, remote } = newProject()
    const { code, stderr } = await project.lockstep('publish', '--branch-for-review', 'deploy')
    expect(code).toBe(2)
    expect(stderr).toContain("error: 'deploy' is the branch that is deployed")
    expect(git(remote, 'branch', '--list')).toBe('')
  })

  it('exits with 1 and says what to do when a person must decide', async () => {
    const { project, remote } = newProject()
    await project.lockstep('publish')
    edit(remote, (clone) => {
      execFileSync('cp', [join(clone, DEPLOYMENT), join(clone, 'prod', 'mine.yaml')])
    })
    project.write({ 'apps/main.ts': oneService().replace('fixed(3)', 'fixed(4)') })
    const { code, stdout, stderr } = await project.lockstep('publish')
    expect(code).toBe(1)
    expect(stdout).toContain('replicas: 3 → 4')
    expect(stderr).toMatch(
      /^error: Deployment\.apps shop\/web would be in .* and is in mine\.yaml.*\n {2}→ Take it over with --adopt.*\n/,
    )
    expect(stderr).toMatch(/\nNothing was published\.\n$/)
  })

  it('stops where another project has the app, and takes it over when told to', async () => {
    const { project, remote } = newProject()
    await project.lockstep('publish')
    const named = (lines: string) => `app: node apps/main.ts\nlockstep:\n  ${lines}\n`
    project.write({ 'package.json': '{ "type": "module", "name": "pay" }\n' })
    const before = git(remote, 'rev-parse', 'deploy')
    expect(await project.lockstep('publish')).toMatchObject({ code: 0 })
    expect(git(remote, 'show', 'deploy:prod/inventory.yaml')).toContain('    project: "pay"\n')
    expect(git(remote, 'rev-parse', 'deploy~1')).toBe(before)

    project.write({ 'cdk8s.yaml': named('project: shop') })
    const stopped = await project.lockstep('publish')
    expect(stopped.code).toBe(1)
    expect(stopped.stderr).toContain("shop/web was published by the project 'pay'")
    expect(stopped.stderr).toContain('Nothing was published.')
    const { code } = await project.lockstep('publish', '--take-over', 'pay')
    expect(code).toBe(0)
    expect(git(remote, 'show', 'deploy:prod/inventory.yaml')).toContain('    project: "shop"\n')
  })

  it('exits with 1 and publishes the rest when an app is held back', async () => {
    const { project, remote } = newProject()
    await project.lockstep('publish')
    edit(remote, (clone) => {
      execFileSync('sed', ['-i', 's/replicas: 3/replicas: 9/', join(clone, DEPLOYMENT)])
    })
    const kept = await project.lockstep('publish')
    expect([kept.code, kept.stdout]).toEqual([
      0,
      expect.stringContaining(`Nothing to publish: prod on deploy of ${remote} stays as it is`),
    ])
    project.write({ 'apps/main.ts': oneService().replace('fixed(3)', 'fixed(4)') })
    const held = await project.lockstep('publish')
    expect(held.code).toBe(1)
    expect(held.stdout).toContain('held back shop/web: ')
    expect(held.stdout).not.toContain('up to date')
    expect(filesOf(remote, 'deploy')[DEPLOYMENT]).toContain('replicas: 9')
    expect((await project.lockstep('publish', '--overwrite-drift')).code).toBe(0)
    expect(filesOf(remote, 'deploy')[DEPLOYMENT]).toContain('replicas: 4')
  })

  it('exits with 2 and writes nothing when it could not run', async () => {
    const { project, remote } = newProject()
    const cases = [
      ['--remote', 'nowhere', "error: 'nowhere' is neither a Git remote"],
      ['--remote', 'nowhere', '→ Run `git remote add nowhere URL`'],
      ['--remote', './nowhere.git', '→ Name a deploy repository that exists'],
      [
        '--remote',
        'http://127.0.0.1:1/x.git',
        'error: http://127.0.0.1:1/x.git could not be reached',
      ],
      ['--env', 'staging', "error: The app definitions have no environment 'staging'"],
      ['--timeout', 'soon', 'Write a number of seconds'],
    ] as const
    for (const [option, value, message] of cases) {
      const { code, stderr } = await project.lockstep('publish', option, value)
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
    }
    expect(git(remote, 'for-each-ref')).toBe('')
  })

  it('says how a folder that is no repository gets a remote', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    const { code, stderr } = await project.lockstep('publish')
    expect([code, stderr]).toEqual([
      2,
      "error: There is no Git remote 'origin', since this folder is in no Git repository\n" +
        '  → Run `git init` and `git remote add origin URL`, or name the deploy repository with --remote or with `lockstep: { remote: … }` in cdk8s.yaml\n',
    ])
  })

  it('publishes nothing while there are findings that nobody has waived', async () => {
    const { project, remote } = newProject(oneService("image: 'web:latest',"))
    const { code, stderr } = await project.lockstep('publish')
    expect(code).toBe(1)
    expect(stderr).toContain('Nothing was published.')
    expect(git(remote, 'for-each-ref')).toBe('')
  })
})

describe('a risk in one environment', { timeout: 120_000 }, () => {
  it('stops the publish of that one, and an error that of all', async () => {
    const both = (options: string) =>
      oneService(options).replace(
        "const prod = new Environment(app, 'prod',",
        "new Environment(app, 'staging', { owner: 'platform-team', images: {} })\n$&",
      )
    const { project } = newProject(
      both("image: 'web:latest', waivers: [{ rule: 'image/digest', reason: 'no registry yet' }],"),
    )
    expect((await project.lockstep('publish', '--env', 'staging')).code).toBe(0)
    expect((await project.lockstep('publish', '--env', 'prod')).code).toBe(1)
    expect((await project.lockstep('publish')).stderr).toContain('image/floating')
    project.write({ 'apps/main.ts': both("image: 'web:latest',") })
    expect((await project.lockstep('publish', '--env', 'staging')).code).toBe(1)
  })
})

describe('lockstep diff', { timeout: 120_000 }, () => {
  it('shows first what an object does, and then what it is called', async () => {
    const { project } = newProject()
    await project.lockstep('publish')
    project.write({ 'apps/main.ts': oneService().replaceAll(/web:1\.0/g, 'web:2.0') })
    expect((await project.lockstep('diff')).stdout).toMatch(
      /rolling restart\n {6}spec\.(.|\n)*\n {6}metadata\./,
    )
  })

  it('shows what would change beside the findings that publish would stop at', async () => {
    const { project } = newProject(
      oneService(
        "image: 'web:latest', waivers: [{ rule: 'image/digest', reason: 'no registry yet' }],",
      ),
    )
    const { code, stdout, stderr } = await project.lockstep('diff')
    expect(code).toBe(1)
    expect(stdout).toContain('+ shop/web  new, 5 objects\n')
    expect(stderr).toContain('image/floating')
    expect(stderr).toContain(
      '\nPublish stops at this. Correct the app definitions, or waive what is meant.\n',
    )
  })

  it('shows fields, as text, JSON or Markdown, and changes nothing', async () => {
    const { project, remote } = newProject()
    await project.lockstep('publish')
    const before = git(remote, 'rev-parse', 'deploy')
    project.write({
      'apps/main.ts': oneService().replace('fixed(3)', 'fixed(4)').replace('web:1.0', 'web:2.0'),
    })
    const text = await project.lockstep('diff')
    expect(text.code).toBe(0)
    expect(text.stdout).toContain('~ Deployment.apps shop/web  rolling restart')
    expect(text.stdout).toContain('spec.replicas: 3 → 4')
    const [environment] = JSON.parse((await project.lockstep('diff', '--format', 'json')).stdout)
    expect(environment).toMatchObject({ environment: 'prod', upToDate: false, apps: ['shop/web'] })
    expect(environment.objects).toContainEqual(
      expect.objectContaining({ object: 'Deployment.apps shop/web', effect: 'rolling-restart' }),
    )
    const markdown = await project.lockstep('diff', '--format', 'markdown')
    expect(markdown.stdout).toContain('| shop/web | `Deployment.apps shop/web` | rolling restart |')
    expect(markdown.stdout).toContain('+ spec.replicas: 4')
    expect(git(remote, 'rev-parse', 'deploy')).toBe(before)
  })

  it('exits with 1 for --check if source and branch differ, an edit by hand included', async () => {
    const { project, remote } = newProject()
    expect((await project.lockstep('diff', '--check')).code).toBe(1)
    await project.lockstep('publish')
    const same = await project.lockstep('diff', '--check')
    expect(same).toMatchObject({ code: 0, stdout: 'prod:\nnothing to change\n' })
    edit(remote, (clone) => {
      execFileSync('sed', ['-i', 's/replicas: 3/replicas: 9/', join(clone, DEPLOYMENT)])
    })
    const drifted = await project.lockstep('diff', '--check')
    expect(drifted.code).toBe(1)
    expect(drifted.stdout).toContain('was edited by hand on the branch')
    expect(drifted.stdout).toContain('\n      spec.replicas: 9 instead of 3\n')
    const markdown = await project.lockstep('diff', '--format', 'markdown')
    expect(markdown.stdout).toContain('- spec.replicas: 3\n+ spec.replicas: 9\n')
    expect((await project.lockstep('diff')).code).toBe(0)
  })
})

/** App definitions with one canary in some version. */
const oneCanary = (tag: string): string => `
import { Duration } from 'cdk8s'
import { App, CanaryRollout, Environment, fixed, Namespace } from 'lockstep'

const app = new App()
const prod = new Environment(app, 'prod', { owner: 'platform-team', images: {} })
new CanaryRollout(new Namespace(prod, 'shop'), 'checkout', {
  image: 'registry.example.com/shop/checkout:${tag}@sha256:${'a'.repeat(63)}${tag}',
  port: 8080,
  resources: { cpu: '100m', memory: '128Mi' },
  health: { ready: '/readyz', live: '/livez' },
  replicas: fixed(4),
  steps: [{ weight: 50, hold: Duration.minutes(1) }],
  analysis: [],
})
app.synth()
`

describe('lockstep publish of a canary', { timeout: 120_000 }, () => {
  it('lets a new revision wait for its rollout, which is a state and no drift', async () => {
    const { project, remote } = newProject(oneCanary('1'))
    await project.lockstep('publish')
    project.write({ 'apps/main.ts': oneCanary('2') })
    const published = await project.lockstep('publish')
    expect(published.stderr).toBe('')
    expect(published.code).toBe(0)
    expect(published.stdout).toMatch(
      /Deployment\.apps shop\/checkout {2}canary\n.*\nrollout shop\/checkout: revision \w{10} is queued; its rollout starts with the next tick\n/s,
    )
    const deployment = filesOf(remote, 'deploy')[
      'prod/workloads/shop/checkout/deployment.apps-checkout.yaml'
    ]
    expect(deployment).toContain('checkout:1@')
    expect((await project.lockstep('diff', '--check')).code).toBe(0)
    const { stdout } = await project.lockstep('diff', '--format', 'json')
    expect(JSON.parse(stdout)).toMatchObject([
      { upToDate: true, rollouts: [{ app: 'shop/checkout', stage: 'at-rest' }] },
    ])
  })

  it('releases it at once with a reason, and not without', async () => {
    const { project, remote } = newProject(oneCanary('1'))
    await project.lockstep('publish')
    project.write({ 'apps/main.ts': oneCanary('2') })
    const refused = await project.lockstep('publish', '--direct', 'shop/checkout')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('--direct shop/checkout needs a reason')
    const args = ['--direct', 'shop/checkout', '--reason', 'the canary is broken'] as const
    expect((await project.lockstep('publish', ...args)).code).toBe(0)
    expect(git(remote, 'log', '-1', '--format=%(trailers)', 'deploy')).toMatch(
      /Lockstep-App: shop\/checkout\nLockstep-Step-Action: direct\n(?:.*\n)*Lockstep-Evidence: the canary is broken\n/,
    )
  })
})
