import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileCacheFolder } from '../cli/compile-cache.ts'
import { DETAIL_VARIABLE, REPORT_VARIABLE } from '../constructs/synthesis-report.ts'
import { type Contestant, interleave } from './measure.ts'
import type { Bar, Group } from './report.ts'
import { prepareWorkspace, serviceName } from './rival-inputs.ts'
import { installLockstep, installRivals, OUTPUT, say } from './rivals.ts'
import { summarize } from './statistics.ts'

const PUBLISH = 'lockstep publish'
const SYNTH = 'of it: the app, all checks'
const GIT = 'git add, commit, push'

/** What is different from what the branch has. */
const SCENARIOS = ['everything is new', 'nothing changed', 'one service changed'] as const
type Scenario = (typeof SCENARIOS)[number]

export interface BenchPublishProps {
  readonly sizes: readonly number[]
  readonly rounds: number
}

/**
 * Times a publish to a bare repository on this machine, beside a person who has a checkout of the
 * deploy branch and the rendered files, and only adds, commits and pushes.
 */
export function benchPublish({ sizes, rounds }: BenchPublishProps): readonly Group[] {
  installRivals()
  installLockstep()
  const workspace = prepareWorkspace('lockstep')
  writeFileSync(join(workspace, 'cdk8s.yaml'), 'language: typescript\napp: node app.ts\n')
  return sizes.flatMap((services) =>
    SCENARIOS.map((scenario) => {
      say(`${services} services, ${scenario}`)
      const contestants = contestantsOf(workspace, services, scenario)
      return {
        title: `${services} services, ${scenario}, ${rounds} rounds`,
        size: services,
        reference: GIT,
        results: summarize(interleave(contestants, rounds), GIT),
      }
    }),
  )
}

function contestantsOf(
  workspace: string,
  services: number,
  scenario: Scenario,
): readonly Contestant[] {
  const own = new DeployBranch(join(OUTPUT, 'own'))
  const theirs = new DeployBranch(join(OUTPUT, 'theirs'))
  const rendered = join(OUTPUT, 'dist')
  const report = join(OUTPUT, 'report')
  const lockstep = (...args: readonly string[]) => [
    'node',
    'node_modules/lockstep/cli/main.js',
    ...args,
  ]
  const publish = lockstep('publish', '--remote', own.bare, '--branch', 'deploy')
  const synth = lockstep('synth', '--output', rendered)
  const environment = new Changes(services, scenario)

  const toOwn = (env: Environment) => execute(publish, workspace, env)
  const toTheirs = (env: Environment) => {
    execute(synth, workspace, env)
    theirs.replaceFiles(rendered)
  }
  own.create()
  theirs.create()
  if (scenario !== 'everything is new') {
    toOwn(environment.initial)
    toTheirs(environment.initial)
    theirs.commit()
  }
  return [
    {
      name: PUBLISH,
      command: publish,
      cwd: workspace,
      env: environment.forOwn,
      before: () => {
        environment.next('own')
        if (scenario === 'everything is new') own.create()
      },
    },
    {
      name: SYNTH,
      command: ['node', 'app.ts'],
      cwd: workspace,
      // What publish asks of the app, and how it runs it; `lockstep synth` asks for less.
      env: {
        ...environment.initial,
        NODE_COMPILE_CACHE: compileCacheFolder(process.env) ?? '',
        [REPORT_VARIABLE]: report,
        [DETAIL_VARIABLE]: 'objects',
      },
      // An app reports only into a file that is there.
      before: () => writeFileSync(report, ''),
    },
    {
      name: GIT,
      command: ['sh', '-c', DeployBranch.COMMIT],
      cwd: theirs.checkout,
      before: () => {
        environment.next('theirs')
        if (scenario === 'everything is new') theirs.create()
        toTheirs(environment.forTheirs)
      },
    },
  ]
}

type Environment = Readonly<Record<string, string>>

/** Which service is different this time: each run of a contestant must find something new to do. */
class Changes {
  readonly initial: Environment
  /** Read when a contestant is run, so it is one object that changes. */
  readonly forOwn: Record<string, string>
  readonly forTheirs: Record<string, string>
  readonly #scenario: Scenario
  #runs = { own: 0, theirs: 0 }

  constructor(services: number, scenario: Scenario) {
    this.initial = { SERVICES: String(services) }
    this.forOwn = { ...this.initial }
    this.forTheirs = { ...this.initial }
    this.#scenario = scenario
  }

  next(who: 'own' | 'theirs'): void {
    if (this.#scenario !== 'one service changed') return
    const isOdd = this.#runs[who]++ % 2 === 0
    const env = who === 'own' ? this.forOwn : this.forTheirs
    env.CHANGED = isOdd ? serviceName(0) : ''
  }
}

/** A bare repository and a checkout of its deploy branch. */
class DeployBranch {
  static readonly COMMIT =
    'git add --all && { git diff --cached --quiet || git commit --quiet --message publish; } && git push --quiet origin deploy'

  readonly bare: string
  readonly checkout: string

  constructor(folder: string) {
    this.bare = join(folder, 'deploy.git')
    this.checkout = join(folder, 'checkout')
  }

  create(): void {
    for (const folder of [this.bare, this.checkout]) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
    }
    execute(['git', 'init', '--quiet', '--bare', this.bare], this.bare)
    execute(['git', 'init', '--quiet', '--initial-branch=deploy', this.checkout], this.checkout)
    execute(['git', 'remote', 'add', 'origin', this.bare], this.checkout)
  }

  replaceFiles(rendered: string): void {
    rmSync(join(this.checkout, 'prod'), { recursive: true, force: true })
    cpSync(join(rendered, 'prod'), join(this.checkout, 'prod'), { recursive: true })
  }

  commit(): void {
    execute(['sh', '-c', DeployBranch.COMMIT], this.checkout)
  }
}

function execute(
  [program = '', ...args]: readonly string[],
  cwd: string,
  env: Environment = {},
): void {
  execFileSync(program, args, { cwd, env: { ...process.env, ...env }, stdio: 'ignore' })
}

/**
 * What publish takes beyond the synth should follow the change, not the number of services. Told by
 * processor time, since the difference of two wall times is mostly noise.
 */
export function publishBars(groups: readonly Group[]): readonly Bar[] {
  const sizes = groups.map(({ size }) => size)
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)]
  if (least === most) return []
  return (['nothing changed', 'one service changed'] as const).map((scenario) => {
    const [few, many] = [least, most].map((size) => beyondSynth(groups, size, scenario))
    return {
      promise: `publish with ${most} services, ${scenario}: at most twice what it takes with ${least}`,
      measured: `${many?.toFixed(3)} s beyond the synth, against ${few?.toFixed(3)} s`,
      isMet: (many ?? Number.NaN) <= 2 * (few ?? Number.NaN),
    }
  })
}

function beyondSynth(groups: readonly Group[], services: number, scenario: Scenario): number {
  const group = groups.find(({ size, title }) => size === services && title.includes(scenario))
  const median = (name: string) =>
    group?.results.find((result) => result.name === name)?.cpuSeconds.median ?? Number.NaN
  return median(PUBLISH) - median(SYNTH)
}
