/*
 * Runs schedules one after the other and prints one line of JSON:
 *
 *   node main.ts --first 1 --count 1000 [--until-failure] [--drift 0.4] [--processes 12] [--show]
 *     [--histories FILE]
 *
 * The same seed gives the same schedule. `--show` tells what happened in those that failed.
 * `--histories` writes all of them, for the judge of histories.
 */
import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { historyOf } from './history.ts'
import { isCalm } from './profile.ts'
import { runSchedule, type ScheduleResult } from './schedule.ts'

// Losing a race is an error here, thousands of times, and nobody reads where it came from.
Error.stackTraceLimit = 0

const { values } = parseArgs({
  options: {
    first: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    drift: { type: 'string' },
    processes: { type: 'string' },
    'until-failure': { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
    histories: { type: 'string' },
  },
})
const first = Number(values.first)
const began = performance.now()
const failures: ScheduleResult[] = []
const sums: Record<string, number> = { schedules: 0, calm: 0, holds: 0, fenced: 0 }

for (let seed = first; seed < first + Number(values.count); seed++) {
  const result = await runSchedule(seed, (profile) => {
    if (isCalm(profile)) add('calm', 1)
    const { drift = profile.drift, processes = profile.processes } = values
    return { ...profile, drift: Number(drift), processes: Number(processes) }
  })
  if (values.histories !== undefined) appendFileSync(values.histories, historyLine(result))
  add('schedules', 1)
  add('holds', result.holds)
  add('fenced', result.fenced)
  for (const [name, times] of Object.entries(result.faults)) add(name, times)
  if (result.violations.length === 0) continue
  failures.push(result)
  if (values['until-failure']) break
}

const seconds = (performance.now() - began) / 1000
const report = {
  ...sums,
  perMinute: Math.round(((sums.schedules ?? 0) / seconds) * 60),
  failures: failures.length,
  failed: failures.slice(0, 5).map(({ seed, violations, happenings }) => ({
    seed,
    violations,
    ...(values.show && { happenings }),
  })),
}
process.stdout.write(`${JSON.stringify(report)}\n`)

function historyLine(result: ScheduleResult): string {
  return `${JSON.stringify({ name: `seed ${result.seed}`, ...historyOf(result) })}\n`
}

function add(name: string, times: number): void {
  sums[name] = (sums[name] ?? 0) + times
}
