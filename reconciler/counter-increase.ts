import { MetricsError } from '../rollouts/metrics-error.ts'
import type { Series } from './prometheus-api.ts'

export interface CounterIncreaseProps {
  /** What the series count, for messages. */
  readonly name: string
  /** Label that tells one process that counts from another. */
  readonly processLabel: string
  /** Series of a process with the same class are counted together. */
  readonly classOf: (labels: Series['labels']) => string
}

/** How much each class of a process grew. */
export type Increase = ReadonlyMap<string, number>

type Sums = ReadonlyMap<string, number>

/**
 * How much the counters of each process grew between the first and the last point, as whole
 * numbers: PromQL's `increase` would extrapolate to the edges of the window, and never sees the
 * first value of a series, such as the first error of a pod.
 *
 * A process counts from its first point on; a class that it has not shown by then was at zero.
 * Where anything falls, by a restart or by a series that is dropped, the time between the two points
 * is left out: something is missed then, never invented.
 *
 * @throws {MetricsError} for series without the label, and for values that no counter has
 */
export function counterIncrease(
  series: readonly Series[],
  props: CounterIncreaseProps,
): readonly Increase[] {
  return [...processes(series, props).values()].map((points) => {
    const increase = new Map<string, number>()
    let before: Sums | undefined
    for (const atMs of [...points.keys()].sort((a, b) => a - b)) {
      const now = points.get(atMs) as Sums
      if (before !== undefined && !hasFallen(before, now)) addGrowth(increase, before, now)
      before = now
    }
    return increase
  })
}

function addGrowth(increase: Map<string, number>, before: Sums, now: Sums): void {
  for (const [name, value] of now) {
    increase.set(name, (increase.get(name) ?? 0) + value - (before.get(name) ?? 0))
  }
}

const hasFallen = (before: Sums, now: Sums): boolean =>
  [...before].some(([name, value]) => (now.get(name) ?? -1) < value)

/** The sums of the classes of each process, by time. */
function processes(
  series: readonly Series[],
  { name, processLabel, classOf }: CounterIncreaseProps,
): ReadonlyMap<string, ReadonlyMap<number, Sums>> {
  const found = new Map<string, Map<number, Map<string, number>>>()
  for (const { labels, points } of series) {
    const process = labels[processLabel]
    if (process === undefined) {
      throw new MetricsError(
        `${name} has no label ${processLabel}; set instanceLabel to the one that tells processes apart`,
      )
    }
    const times = entry(found, process, () => new Map<number, Map<string, number>>())
    const kind = classOf(labels)
    for (const { atMs, value } of points) {
      if (!(value >= 0 && Number.isFinite(value))) {
        throw new MetricsError(`${name} is ${value} on ${process}, which no counter is`)
      }
      const sums = entry(times, atMs, () => new Map<string, number>())
      sums.set(kind, (sums.get(kind) ?? 0) + value)
    }
  }
  return found
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key) ?? make()
  map.set(key, found)
  return found
}
