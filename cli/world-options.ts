import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Since, WorldDescription } from './described-world.ts'
import { durationMs } from './duration-argument.ts'
import { repeatable } from './repeatable.ts'

/** What a person says of the world in which a release is imagined. Times in milliseconds. */
export interface WorldOptions {
  readonly every: number
  readonly sync: number
  readonly ready: number
  readonly requests: number
  readonly failing: readonly Since[]
  readonly latency: readonly Since[]
  readonly stableLatency: readonly Since[]
  readonly good: readonly string[]
}

const ANSWERS =
  'answers the share of requests that the plan asks for, from a time on, as 450ms@10m; may be repeated'

export const addWorldOptions = (command: Command): Command =>
  command
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
      '--latency <duration@time>',
      `time within which the new version ${ANSWERS}`,
      latency,
      [],
    )
    .option('--stable-latency <duration@time>', 'the same of the old version', latency, [])
    .option(
      '--good <metric>',
      'metric of the plan that is good all the time; may be repeated',
      repeatable,
      [],
    )

export const describedBy = (options: WorldOptions): WorldDescription => ({
  everyMs: options.every,
  syncMs: options.sync,
  readyMs: options.ready,
  requestsPerSecond: options.requests,
  failures: options.failing,
  good: options.good,
  ...latencyOf(options),
})

/** Whoever says something of one version means that the other one is fast. */
const latencyOf = ({ latency: canary, stableLatency: stable }: WorldOptions) =>
  canary.length + stable.length === 0 ? {} : { latency: { canary, stable } }

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

function failing(text: string, before: readonly Since[]): readonly Since[] {
  const [, percent, time = '0s'] = /^(\d+(?:\.\d+)?)(?:@(.+))?$/.exec(text) ?? []
  if (percent === undefined || Number(percent) > 100) {
    throw new InvalidArgumentError('Write a percentage and from when on: 5@10m.')
  }
  return [...before, { value: Number(percent), fromMs: durationMs(time) }]
}

function latency(text: string, before: readonly Since[]): readonly Since[] {
  const [time = '', from = '0s'] = text.split('@')
  return [...before, { value: positiveDuration(time), fromMs: durationMs(from) }]
}
