import { Command, InvalidArgumentError, Option } from 'commander'
import { addSynthesisOptions, type SynthesisOptions } from './deploy-options.ts'
import { describedWorld, type Failing } from './described-world.ts'
import { durationMs } from './duration-argument.ts'
import { imaginedCandidate } from './imagined-candidate.ts'
import { inOneLine } from './printable.ts'
import { repeatable } from './repeatable.ts'
import { APP_ARGUMENT } from './rollout-options.ts'
import { type SimulatedEvent, simulateRelease } from './simulate-release.ts'
import { synthesizeForDeploy } from './synthesize-for-deploy.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout simulate`: what a release would do, in a world that is described. */
export const rolloutSimulateCommand = (terminal: Terminal): Command =>
  addSynthesisOptions(
    new Command('simulate')
      .description('Run a release of the app definitions on a virtual clock, and show its commits')
      .argument(...APP_ARGUMENT)
      .addOption(duration('--every', 'time between two looks', '5s'))
      .addOption(
        duration(
          '--sync',
          'time from a commit until the cluster has it, and its router has settled',
          '15s',
        ),
      )
      .addOption(duration('--ready', 'time until pods that are asked for are ready', '30s'))
      .addOption(
        new Option('--requests <number>', 'requests a second, of both versions together')
          .default(100)
          .argParser(positive),
      )
      .option(
        '--failing <percent@time>',
        'share of the requests to the new version that fail from a time on, as 5@10m; may be repeated',
        failing,
        [],
      )
      .option(
        '--approve <time>',
        'somebody comes and says yes to what waits for it, as 20m; may be repeated',
        repeatable,
        [],
      )
      .option('--start <time>', 'when it begins, as 2026-11-21T09:00Z (default: now)', instant),
  ).action((app: string, options: SimulateOptions) => runSimulate(app, options, terminal))

interface SimulateOptions extends SynthesisOptions {
  readonly every: number
  readonly sync: number
  readonly ready: number
  readonly requests: number
  readonly failing: readonly Failing[]
  readonly approve: readonly string[]
  readonly start?: number
}

async function runSimulate(
  name: string,
  options: SimulateOptions,
  terminal: Terminal,
): Promise<void> {
  const approvalsMs = options.approve.map(durationMs)
  const renderings = await synthesizeForDeploy(options, terminal, { writes: false })
  if (renderings === undefined) return
  const app = imaginedCandidate(renderings, name)
  const { environment } = app
  terminal.out(`A release of ${app.app} in ${environment}, imagined:\n`)
  const end = simulateRelease(
    {
      ...app,
      world: describedWorld(app.plan, {
        everyMs: options.every,
        syncMs: options.sync,
        readyMs: options.ready,
        requestsPerSecond: options.requests,
        failures: options.failing,
      }),
      approvalsMs,
      startMs: options.start ?? Date.now(),
    },
    (event) => terminal.out(render(event)),
  )
  terminal.out(ENDS[end])
  if (end !== 'promoted') terminal.setExitCode(1)
}

const ENDS = {
  promoted: 'It would be promoted.\n',
  aborted: 'It would be aborted.\n',
  unfinished: 'It would not end.\n',
} as const

function render({ afterMs, said, evidence, isCommit }: SimulatedEvent): string {
  const time = clock(afterMs)
  const lines = isCommit
    ? [`${time}  ${said}`, ...evidence.map((sentence) => `${' '.repeat(13)}${sentence}`)]
    : [`${time}    waits: ${said}`]
  return lines.map((line) => `${inOneLine(line)}\n`).join('')
}

/** Hours, minutes and seconds: `0:03:20`. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60]
  const rest = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return `${Math.floor(seconds / 3600)}:${rest}`.padStart(9)
}

const duration = (flag: string, description: string, usual: string): Option =>
  new Option(`${flag} <duration>`, description)
    .default(durationMs(usual), usual)
    .argParser(positiveDuration)

function positiveDuration(text: string): number {
  const ms = durationMs(text)
  if (ms > 0) return ms
  throw new InvalidArgumentError('Write a time above 0, as 5s.')
}

function positive(text: string): number {
  const number = Number(text)
  if (number > 0 && Number.isFinite(number)) return number
  throw new InvalidArgumentError('Write a number above 0.')
}

function failing(text: string, before: readonly Failing[]): readonly Failing[] {
  const [, percent, time = '0s'] = /^(\d+(?:\.\d+)?)(?:@(.+))?$/.exec(text) ?? []
  if (percent === undefined || Number(percent) > 100) {
    throw new InvalidArgumentError('Write a percentage and from when on: 5@10m.')
  }
  return [...before, { percent: Number(percent), fromMs: durationMs(time) }]
}

function instant(text: string): number {
  const ms = Date.parse(text)
  if (!Number.isNaN(ms)) return ms
  throw new InvalidArgumentError('Write a time as 2026-11-21T09:00Z.')
}
