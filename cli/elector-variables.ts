import { InvalidArgumentError } from 'commander'
import type { LeaseName } from '../leases/lease-name.ts'
import { lockTiming, TtlOutOfRangeError } from '../leases/lock-timing.ts'
import { ELECTOR_VARIABLES } from '../leases/names.ts'
import { durationMs } from './duration-argument.ts'
import type { Terminal } from './terminal.ts'

/** What an elector is told by its environment. */
export interface ElectorVariables {
  readonly lease: LeaseName
  readonly pod: PodIdentity
  readonly timing: ElectionTiming
}

/** The pod that an elector runs in. */
export interface PodIdentity {
  readonly namespace: string
  readonly name: string
  /** Unique over time, other than the name. */
  readonly uid: string
}

export interface ElectionTiming {
  /** How long the others wait for a leader of which they hear nothing. */
  readonly ttlSeconds: number
  /** How long a leader goes on without a renewal. */
  readonly renewDeadlineMs: number
  /** Between two renewals of the leader, or two looks of the others. */
  readonly retryPeriodMs: number
}

/** The environment of an elector lacks something, or says what cannot be. */
export class ElectorVariablesError extends Error {
  override readonly name = 'ElectorVariablesError'
  readonly code = 'ELECTOR_VARIABLES'
  readonly remedy =
    'SingletonService and SingletonJob set all of them on the container of the elector. By hand: durations as 15s, each much shorter than the one before: LEASE_DURATION, RENEW_DEADLINE, RETRY_PERIOD'

  constructor(problems: readonly string[]) {
    super(`The environment of the elector is not complete: ${problems.join('; ')}`)
  }
}

/** @throws {ElectorVariablesError} with everything that is wrong */
export function readElectorVariables(env: Terminal['env']): ElectorVariables {
  const problems: string[] = []
  const text = (variable: keyof typeof ELECTOR_VARIABLES): string => {
    const name = ELECTOR_VARIABLES[variable]
    const value = env[name] ?? ''
    if (value === '') problems.push(`${name} is not set`)
    return value
  }
  const duration = (variable: keyof typeof ELECTOR_VARIABLES): number => {
    const value = text(variable)
    const problem = problemOf(() => durationMs(value))
    if (value === '' || problem === undefined) return value === '' ? 0 : durationMs(value)
    problems.push(`${ELECTOR_VARIABLES[variable]} is '${value}'. ${problem}`)
    return 0
  }
  const namespace = text('leaseNamespace')
  const variables: ElectorVariables = {
    lease: { namespace, name: text('leaseName') },
    pod: { namespace, name: text('podName'), uid: text('podUid') },
    timing: {
      ttlSeconds: duration('leaseDuration') / 1000,
      renewDeadlineMs: duration('renewDeadline'),
      retryPeriodMs: duration('retryPeriod'),
    },
  }
  if (problems.length === 0) problems.push(...timingProblems(variables.timing))
  if (problems.length > 0) throw new ElectorVariablesError(problems)
  return variables
}

function timingProblems({ ttlSeconds, renewDeadlineMs, retryPeriodMs }: ElectionTiming): string[] {
  const { leaseDuration, renewDeadline, retryPeriod } = ELECTOR_VARIABLES
  const ttl = problemOf(() => lockTiming({ ttlSeconds }))
  return [
    ...(ttl === undefined ? [] : [`${leaseDuration} cannot be: ${ttl}`]),
    ...(renewDeadlineMs < ttlSeconds * 1000
      ? []
      : [`${renewDeadline} is not shorter than ${leaseDuration}`]),
    ...(retryPeriodMs > 0 && retryPeriodMs < renewDeadlineMs
      ? []
      : [`${retryPeriod} is not between nothing and ${renewDeadline}`]),
  ]
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof InvalidArgumentError || error instanceof TtlOutOfRangeError) {
      return error.message
    }
    throw error
  }
}
