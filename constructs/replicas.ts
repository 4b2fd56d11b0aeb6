import type { Mistakes } from './mistakes.ts'

/**
 * How many pods. A number in Git and an autoscaler would fight, each sync resetting the other, so
 * it is one or the other: made by `fixed` or `autoscale`.
 */
export type Replicas = FixedReplicas | AutoscaledReplicas

export interface FixedReplicas {
  readonly fixed: number
}

export interface AutoscaledReplicas {
  readonly autoscale: {
    readonly min: number
    readonly max: number
    readonly cpu?: number
    readonly memory?: number
  }
}

/** The loss of what must leave enough pods for the load. */
export interface Survival {
  /**
   * `'zone'` adds as many pods as a whole zone may hold.
   *
   * @default - the numbers are taken as they are
   */
  readonly surviving?: 'zone'

  /**
   * Zones that the pods are spread over.
   *
   * @default 3
   */
  readonly zones?: number
}

export interface AutoscaleProps extends Survival {
  /** Fewest pods, at least 2; 3 keeps two through a drain. */
  readonly min: number
  /** Most pods. */
  readonly max: number
  /** CPU use to aim at, in percent of the request. */
  readonly cpu?: number
  /** Memory use to aim at, in percent of the request. Alone it rarely falls again, so give CPU as well. */
  readonly memory?: number
}

/** Always `count` pods. With `surviving: 'zone'`, enough that `count` are left when a zone is lost. */
export const fixed = (count: number, survival: Survival = {}): FixedReplicas => ({
  fixed: enlarged(count, survival),
})

/** As many pods as the load asks for. With `surviving: 'zone'`, both ends hold without any one zone. */
export const autoscale = ({
  min,
  max,
  cpu,
  memory,
  ...survival
}: AutoscaleProps): AutoscaledReplicas => ({
  autoscale: {
    min: enlarged(min, survival),
    max: enlarged(max, survival),
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
  },
})

/** `ceil(n × zones / (zones - 1))`: what is left of it without one zone is at least `n`. */
function enlarged(count: number, { surviving, zones = 3 }: Survival): number {
  if (surviving === undefined) return count
  return zones < 2 ? Number.NaN : Math.ceil((count * zones) / (zones - 1))
}

/** Fewest pods that the workload has by its own will. */
export const leastReplicas = (replicas: Replicas): number =>
  'fixed' in replicas ? replicas.fixed : replicas.autoscale.min

/** Most pods that the workload has by its own will. */
export const mostReplicas = (replicas: Replicas): number =>
  'fixed' in replicas ? replicas.fixed : replicas.autoscale.max

/** What a workload has whose `replicas` cannot be read. */
const UNREADABLE: FixedReplicas = { fixed: 2 }

/**
 * `replicas` as it was given, or something to go on with if it was not made by `fixed` or
 * `autoscale`; the compiler says so too, but Node does not ask it.
 */
export function readReplicas(replicas: unknown, mistakes: Mistakes): Replicas {
  const isMade = typeof replicas === 'object' && replicas !== null
  if (isMade && ('fixed' in replicas || 'autoscale' in replicas)) return replicas as Replicas
  mistakes.add({
    option: 'replicas',
    value: replicas,
    problem: 'must be made by fixed() or autoscale()',
    remedy: typeof replicas === 'number' ? `Write fixed(${replicas})` : 'Write fixed(3)',
  })
  return UNREADABLE
}

/** Reports numbers that cannot be highly available, or are none. */
export function checkReplicas(replicas: Replicas, mistakes: Mistakes): void {
  const numbers = 'fixed' in replicas ? { fixed: replicas.fixed } : replicas.autoscale
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isInteger(value) || value < 1) {
      mistakes.add({
        option: `replicas.${name}`,
        value,
        problem: 'must be a whole number of at least 1',
        remedy: 'Write a count',
      })
    }
  }
  const least = leastReplicas(replicas)
  if (least === 1 || least === 0) {
    mistakes.add({
      option: 'replicas',
      value: least,
      problem: 'must be at least 2, or every drain is an outage',
      remedy: 'Use fixed(2) or more, or a SingletonService if there may be only one',
    })
  }
  if ('autoscale' in replicas) checkAutoscale(replicas, mistakes)
}

function checkAutoscale(
  { autoscale: { min, max, cpu, memory } }: AutoscaledReplicas,
  mistakes: Mistakes,
): void {
  if (max <= min) {
    mistakes.add({
      option: 'replicas.max',
      value: max,
      problem: `must be greater than min (${min})`,
      remedy: 'Raise max, or use fixed()',
    })
  }
  if (cpu === undefined) {
    mistakes.add({
      option: 'replicas.cpu',
      problem:
        memory === undefined
          ? 'or another metric must be given'
          : 'must be given beside memory, which rarely falls again',
      remedy: 'Add a target such as `cpu: 70`',
    })
  }
}
