import type { ReplicaRange } from './replica-range.ts'
import type { Loss, Outcomes, Simulation, WorkloadOutcomes } from './simulate-failures.ts'
import type { Assumptions } from './simulation/assumptions.ts'
import type { Drain } from './simulation/drain.ts'
import type { Confidence } from './simulation/placement.ts'
import type { Update } from './simulation/update.ts'

export interface RenderSimulationOptions {
  /**
   * Most rows to print. Those where nothing would be left come first, the others are counted.
   *
   * @default - all
   */
  readonly rows?: number
  /**
   * Whether to say what the marks mean and what is assumed.
   *
   * @default true
   */
  readonly legend?: boolean
}

const HEADER = [
  'WORKLOAD',
  'PODS',
  'DRAIN',
  'NODE LOST',
  'ZONE LOST',
  'UPDATE',
  'AT HPA MAX, ZONE LOST',
  'SHRUNK, ZONE LOST',
  'BACK AFTER',
]

/** The result of a simulation as aligned text, one row a workload, with what it assumes. */
export function renderSimulation(
  { assumptions, workloads, without }: Simulation,
  { rows = Number.POSITIVE_INFINITY, legend = true }: RenderSimulationOptions = {},
): string {
  if (workloads.length === 0) return 'No workload has replicas to lose.\n'
  const risky = workloads.filter((outcomes) => isAtRisk(outcomes, assumptions))
  const safe = workloads.filter((outcomes) => !isAtRisk(outcomes, assumptions))
  const shown = rows >= workloads.length ? workloads : [...risky, ...safe].slice(0, rows)
  const table = align([HEADER, ...shown.map((outcomes) => rowOf(outcomes, assumptions))])
  const hidden = workloads.length - shown.length
  const more = hidden === 0 ? [] : [`… and ${hidden} more; --all shows them.`]
  const explained = legend ? ['', ...legendOf(assumptions), ...withoutNote(without)] : []
  return `${[...table, ...more, ...explained].join('\n')}\n`
}

/** Whether a single failure, or an update, leaves nothing of a workload, or does not end. */
export function isAtRisk({ atMin, atMax }: WorkloadOutcomes, assumptions: Assumptions): boolean {
  return [atMin, atMax].some(
    ({ pods, running, drain, nodeLoss, zoneLoss, update }) =>
      pods > 0 &&
      (running < pods ||
        [drain, nodeLoss, zoneLoss, update].some((outcome) => outcome?.available === 0) ||
        isDrainTooLong(drain, assumptions) ||
        update?.hangs === true),
  )
}

const isDrainTooLong = ({ seconds }: Drain, { drainLimitSeconds }: Assumptions): boolean =>
  seconds === undefined || seconds > drainLimitSeconds

function rowOf(
  { workload, range, atMin, atMax, shrunk }: WorkloadOutcomes,
  assumed: Assumptions,
): string[] {
  return [
    workload,
    podsCell(range, atMin),
    drainCell(atMin.drain, assumed),
    lossCell(atMin.nodeLoss),
    lossCell(atMin.zoneLoss),
    updateCell(atMin.update, atMin.pods),
    atMax === atMin ? '-' : `${lossCell(atMax.zoneLoss)} of ${atMax.pods}`,
    shrunk === undefined ? '-' : lossCell(shrunk),
    recoveryCell(atMin),
  ]
}

const podsCell = ({ min, max }: ReplicaRange, { running }: Outcomes): string => {
  const pods = min === max ? String(min) : `${min}-${max}`
  return running < min ? `! ${running} of ${pods}` : pods
}

const MARKS: Readonly<Record<Confidence, string>> = { certain: '', expected: '~', possible: '?' }

const lossCell = ({ available, confidence }: Loss): string =>
  `${available === 0 ? '! ' : ''}${available}${MARKS[confidence]}`

function drainCell(drain: Drain, assumed: Assumptions): string {
  if (drain.blocked === 'two-budgets') return '! fails: two budgets'
  if (drain.seconds === undefined) return '! never ends'
  const mark = isDrainTooLong(drain, assumed) && drain.available > 0 ? '! ' : ''
  return `${mark}${lossCell(drain)} for ${describeSeconds(drain.seconds)}`
}

function updateCell(update: Update | undefined, pods: number): string {
  if (update === undefined) return '-'
  if (update.hangs) return '! hangs'
  const surge = update.total > pods ? ` +${update.total - pods}` : ''
  return `${update.available === 0 ? '! ' : ''}${update.available}${surge}`
}

function recoveryCell({ recovery, nodeLoss }: Outcomes): string {
  if (recovery.by === 'person') {
    return `${nodeLoss.available === 0 ? '! ' : ''}when a person acts`
  }
  if (!Number.isFinite(recovery.seconds)) return '! never: it tolerates lost nodes'
  return `${describeSeconds(recovery.seconds)}${recovery.by === 'election' ? ' (election)' : ''}`
}

/** `45s`, `2m30s`, `15m`. */
export function describeSeconds(seconds: number): string {
  const whole = Math.ceil(seconds)
  const minutes = Math.floor(whole / 60)
  const rest = whole % 60
  if (minutes === 0) return `${rest}s`
  return rest === 0 ? `${minutes}m` : `${minutes}m${rest}s`
}

function align(table: readonly (readonly string[])[]): string[] {
  const widths = HEADER.map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  )
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function legendOf(assumed: Assumptions): string[] {
  const { zones, nodesPerZone, schedulingSeconds, nodeMonitorGraceSeconds, drainLimitSeconds } =
    assumed
  return [
    'Pods that stay available. No mark: certain. ~: expected, the scheduler spreads them so while',
    'there is room. ?: possible, nothing prevents it. !: nothing is left, or a person is needed.',
    `Assumed: ${zones} zones of ${nodesPerZone} nodes; ${schedulingSeconds} s to schedule and pull; a node is lost after ${nodeMonitorGraceSeconds} s without a sign;`,
    `starts take all of their startup budget; a drain has ${describeSeconds(drainLimitSeconds)}. One thing fails at a time.`,
  ]
}

const withoutNote = (without: number): string[] =>
  without === 0
    ? []
    : [
        `${without} ${without === 1 ? 'workload has' : 'workloads have'} no replicas: Jobs, DaemonSets, bare pods.`,
      ]
