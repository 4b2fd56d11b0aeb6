import type { LocksResult } from '../locks.ts'
import type { Spread } from '../statistics.ts'
import type { TimedCall } from './timed-calls.ts'

export function renderLocks({ calls, peers, coldStarts, handOffs, held }: LocksResult): string {
  const tables = calls.flatMap(({ store, calls }) => [`${store}\n`, renderCalls(calls), ''])
  const [first] = handOffs
  const turns = handOffs.map(
    ({ who, perSecond }) =>
      `${perSecond.toFixed(0).padStart(8)} a second  ${((first?.perSecond ?? 0) / perSecond).toFixed(2)}  ${who}`,
  )
  const many = held.map(
    ({ locks, secondsToAcquire, cores, renewalsPerSecond, lost }) =>
      `${locks} locks in one process: ${renewalsPerSecond.toFixed(0)} renewals a second with ${(100 * cores).toFixed(1)} % of a core, ${lost} lost; ${secondsToAcquire.toFixed(1)} s to get them, one after the other`,
  )
  return [
    ...tables,
    'Acquire and release, where nobody else wants the lock. For orientation: not all promise as much\n',
    renderCalls(peers),
    '',
    `Cold start, to the first answer: serve ${range(coldStarts.serve)} ms, elect ${range(coldStarts.elect)} ms, function of AWS Lambda ${range(coldStarts.lambda)} ms; Node alone ${range(coldStarts.node)} ms`,
    `Worker ${range(coldStarts.workers)} ms; an empty one ${range(coldStarts.workerd)} ms\n`,
    'A lock that 8 want all the time (and how many times as often Lockstep hands it over)\n',
    ...turns,
    '',
    ...many,
    '',
  ].join('\n')
}

function renderCalls(calls: readonly TimedCall[]): string {
  const width = Math.max(...calls.map(({ name }) => name.length))
  const head = `${' '.repeat(width)}  median ms    p99 ms  times raw, median and p99`
  const lines = calls.map((call) => {
    const raw = calls.find(({ name }) => name === call.reference)
    const times =
      raw === undefined
        ? ''
        : `${ratio(call.medianMs, raw.medianMs)}  ${ratio(call.p99Ms, raw.p99Ms)} of '${raw.name}'`
    return [call.name.padEnd(width), ms(call.medianMs), ms(call.p99Ms), times].join('  ').trimEnd()
  })
  return [head, ...lines].join('\n')
}

const range = ({ median, least, most }: Spread): string =>
  `${median.toFixed(0)} (${least.toFixed(0)} – ${most.toFixed(0)})`

const ms = (value: number): string => value.toFixed(3).padStart(9)

const ratio = (value: number, reference: number): string =>
  (value / reference).toFixed(2).padStart(5)
