import { Command, InvalidArgumentError } from 'commander'
import type { RolloutPlan } from '../rollouts/plan.ts'
import { addSynthesisOptions, type SynthesisOptions } from './deploy-options.ts'
import { describedWorld } from './described-world.ts'
import { durationMs } from './duration-argument.ts'
import { imaginedCandidate } from './imagined-candidate.ts'
import { inOneLine } from './printable.ts'
import { repeatable } from './repeatable.ts'
import { APP_ARGUMENT } from './rollout-options.ts'
import { type SimulatedEvent, simulateRelease } from './simulate-release.ts'
import { synthesizeForDeploy } from './synthesize-for-deploy.ts'
import type { Terminal } from './terminal.ts'
import { addWorldOptions, describedBy, type WorldOptions } from './world-options.ts'

/** `lockstep rollout simulate`: what a release would do, in a world that is described. */
export const rolloutSimulateCommand = (terminal: Terminal): Command =>
  addWorldOptions(
    addSynthesisOptions(
      new Command('simulate')
        .description(
          'Run a release of the app definitions on a virtual clock, and show its commits',
        )
        .argument(...APP_ARGUMENT),
    ),
  )
    .option(
      '--approve <time>',
      'somebody comes and says yes to what waits for it, as 20m; may be repeated',
      repeatable,
      [],
    )
    .option('--start <time>', 'when it begins, as 2026-11-21T09:00Z (default: now)', instant)
    .action((app: string, options: SimulateOptions) => runSimulate(app, options, terminal))

interface SimulateOptions extends SynthesisOptions, WorldOptions {
  readonly approve: readonly string[]
  readonly start?: number
}

/** A metric was named that the plan does not look at. */
export class UnknownMetricError extends Error {
  override readonly name = 'UnknownMetricError'
  readonly code = 'UNKNOWN_METRIC'
  readonly remedy: string

  constructor(metric: string, known: readonly string[]) {
    super(`The plan has no metric '${metric}'`)
    this.remedy = known.length === 0 ? 'Leave it out' : `Use one of: ${known.join(', ')}`
  }
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
  const { environment, plan } = app
  assertKnown(options.good, plan)
  terminal.out(`A release of ${app.app} in ${environment}, imagined:\n`)
  const end = simulateRelease(
    {
      ...app,
      world: describedWorld(plan, describedBy(options)),
      approvalsMs,
      startMs: options.start ?? Date.now(),
    },
    (event) => terminal.out(render(event)),
  )
  terminal.out(ENDS[end])
  if (end !== 'promoted') terminal.setExitCode(1)
}

/** @throws {UnknownMetricError} */
function assertKnown(metrics: readonly string[], { spec }: RolloutPlan): void {
  const known = spec.analysis.map(({ name }) => name)
  const unknown = metrics.find((metric) => !known.includes(metric))
  if (unknown !== undefined) throw new UnknownMetricError(unknown, known)
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

function instant(text: string): number {
  const ms = Date.parse(text)
  if (!Number.isNaN(ms)) return ms
  throw new InvalidArgumentError('Write a time as 2026-11-21T09:00Z.')
}
