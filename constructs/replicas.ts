import { isRecord } from '../manifests/kubernetes-object.ts'
import { givenOptions } from './given-options.ts'
import type { Mistake } from './mistakes.ts'
import { readBy, reportWrong, type Shape } from './shape.ts'

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
export function autoscale(props: AutoscaleProps): AutoscaledReplicas {
  const { min = Number.NaN, max = Number.NaN, cpu, memory, ...survival } = givenOptions(props)
  return {
    autoscale: {
      min: enlarged(min, survival),
      max: enlarged(max, survival),
      ...(cpu !== undefined && { cpu }),
      ...(memory !== undefined && { memory }),
    },
  }
}

/** `ceil(n × zones / (zones - 1))`: what is left of it without one zone is at least `n`. */
function enlarged(count: number, survival: Survival): number {
  const { surviving, zones = 3 } = givenOptions(survival)
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
export const STAND_IN_REPLICAS: Replicas = { fixed: 2 }

/** Made by `fixed` or `autoscale`, with numbers that can be highly available. */
export const REPLICAS: Shape<Replicas> = readBy(
  {
    expected: 'made by fixed() or autoscale()',
    example: (value) => (typeof value === 'number' ? `fixed(${value})` : 'fixed(3)'),
  },
  (value, option, mistakes, self) => {
    if (!isMade(value)) return reportWrong(self, value, option, mistakes)
    const wrong = problems(value)
    for (const { field = '', ...mistake } of wrong) {
      mistakes.add({ option: `${option}${field}`, ...mistake })
    }
    return wrong.length === 0 ? value : undefined
  },
)

const isMade = (value: unknown): value is Replicas =>
  isRecord(value) && ('fixed' in value || isRecord(value.autoscale))

interface Problem extends Omit<Mistake, 'option'> {
  /** @default - it is about the numbers together */
  readonly field?: string
}

/** What is left out is no number either. */
const MISSING: Readonly<Record<string, unknown>> = { min: undefined, max: undefined }

function problems(replicas: Replicas): Problem[] {
  const numbers =
    'fixed' in replicas ? { fixed: replicas.fixed } : { ...MISSING, ...replicas.autoscale }
  const uncounted = Object.entries(numbers).flatMap(([name, value]): Problem[] =>
    isWhole(value) && value >= 1 ? [] : [notACount(name, value)],
  )
  const least = leastReplicas(replicas)
  const tooFew: Problem[] =
    least === 1 || least === 0
      ? [
          {
            value: least,
            problem: 'must be at least 2, or every drain is an outage',
            remedy: 'Use fixed(2) or more, or a SingletonService if there may be only one',
          },
        ]
      : []
  return [
    ...uncounted.filter(({ value }) => tooFew.length === 0 || value !== least),
    ...tooFew,
    ...('autoscale' in replicas ? autoscaleProblems(replicas) : []),
  ]
}

const isWhole = (value: unknown): value is number => Number.isInteger(value)

const notACount = (name: string, value: unknown): Problem => ({
  field: `.${name}`,
  // What was not given has become this.
  ...(!Number.isNaN(value) && { value }),
  problem: 'must be a whole number of at least 1',
  remedy: name === 'fixed' ? 'Write fixed(3)' : `Write a count, as \`${name}: 3\``,
})

function autoscaleProblems({
  autoscale: { min, max, cpu, memory },
}: AutoscaledReplicas): Problem[] {
  const missing: Problem = {
    field: '.cpu',
    problem:
      memory === undefined
        ? 'or another metric must be given'
        : 'must be given beside memory, which rarely falls again',
    remedy: 'Add a target such as `cpu: 70`',
  }
  const isInverted = isWhole(min) && isWhole(max) && max <= min
  const inverted = (): Problem => ({
    field: '.max',
    value: max,
    problem: `must be greater than min (${min})`,
    remedy: 'Raise max, or use fixed()',
  })
  return [...(isInverted ? [inverted()] : []), ...(cpu === undefined ? [missing] : [])]
}
