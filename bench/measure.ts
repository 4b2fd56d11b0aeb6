import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { OUTPUT, say } from './rivals.ts'

/** A command that takes part, measured as a whole process with all its children. */
export interface Contestant {
  readonly name: string
  readonly command: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Makes things as they should be before each run. Not measured. */
  readonly before?: () => void
}

export interface Measurement {
  readonly wallSeconds: number
  /** User and system time of all its processes: what a busy machine changes least. */
  readonly cpuSeconds: number
}

export type Measurements = ReadonlyMap<string, readonly Measurement[]>

/**
 * Runs the contestants in turn, round by round, after one round that does not count. Each round
 * begins with another one, so that none always runs after the same neighbour. A machine that grows
 * slow then slows all of them, and ratios within a round stay true.
 */
export function interleave(contestants: readonly Contestant[], rounds: number): Measurements {
  const measurements = new Map<string, Measurement[]>(contestants.map(({ name }) => [name, []]))
  for (const contestant of contestants) measure(contestant)
  for (let round = 0; round < rounds; round++) {
    say(`  round ${round + 1} of ${rounds}`)
    const first = round % contestants.length
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      measurements.get(contestant.name)?.push(measure(contestant))
    }
  }
  return measurements
}

/** Bash knows the processor time of a command and its children, which Node does not tell. */
const SCRIPT = 'TIMEFORMAT="%3R %3U %3S"; time "$@" > /dev/null 2>&1 || echo failed >&2'

function measure({ name, command, cwd, env, before }: Contestant): Measurement {
  before?.()
  const output = execFileSync('bash', ['-c', `{ ${SCRIPT}; } 2>&1`, 'bash', ...command], {
    cwd,
    encoding: 'utf8',
    // Temporary files too go where outputs do, or disks would be measured.
    env: { ...process.env, CDK8S_CHECK_UPGRADE: 'false', TMPDIR: dirname(OUTPUT), ...env },
  })
  const [wall, user, system] = output.trim().split(/\s+/).map(Number)
  if (
    wall === undefined ||
    user === undefined ||
    system === undefined ||
    output.includes('failed')
  ) {
    throw new Error(`'${name}' failed: run \`${command.join(' ')}\` in ${cwd} to see why`)
  }
  return { wallSeconds: wall, cpuSeconds: user + system }
}
