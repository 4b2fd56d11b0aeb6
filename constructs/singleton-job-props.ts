import type { Duration } from 'cdk8s'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { list } from './collection-shapes.ts'
import { ELECTION_OPTIONS, type ElectionOptions } from './election-options.ts'
import { type Options, optional, record, required } from './options.ts'
import { POD_OPTIONS, type PodProps } from './pod-props.ts'
import { SCHEDULE, TIME_ZONE } from './schedule.ts'
import { choice, type Shape } from './shape.ts'
import { flag, lasting, whole } from './value-shapes.ts'

export interface SingletonJobProps extends PodProps {
  /**
   * When it runs, as a cron expression of five fields: minute, hour, day of the month, month, day of
   * the week, `0 3 * * *`.
   */
  readonly schedule: string

  /**
   * IANA time zone of the schedule: `Asia/Seoul`. Required, since a cluster's own is anybody's guess.
   * Where clocks are put back an hour may come twice or never: choose a time that exists, or `UTC`.
   */
  readonly timeZone: string

  /**
   * How long a run may take, with all its attempts and, with a lock, the wait for it. A run that
   * hangs would keep all later ones from starting.
   *
   * @default Duration.hours(1)
   */
  readonly deadline?: Duration

  /**
   * How late a run may start, after which it is left out: at least 10 s, since the controller looks
   * every ten.
   *
   * @default Duration.minutes(5)
   */
  readonly startingDeadline?: Duration

  /**
   * Further attempts after one that failed. An attempt that was cut off by a drain does not count.
   * An attempt may have done half of its work, so whatever it does must bear being done again.
   *
   * @default 2
   */
  readonly retries?: number

  /**
   * Exit codes of the app after which another attempt is in vain, as for bad input: 1 to 255.
   *
   * @default - none
   */
  readonly fatalExitCodes?: readonly number[]

  /**
   * Finished runs that are kept for people to look at.
   *
   * @default - 3 that succeeded, 3 that failed
   */
  readonly history?: { readonly successful?: number; readonly failed?: number }

  /**
   * Whether no run is started.
   *
   * @default - whatever the cluster says: a person may suspend it there, and no sync undoes that
   */
  readonly suspend?: boolean

  /**
   * Whether a run holds a lock while it works. A sidecar gets the lock before the app's container
   * starts, and ends the work before the lock can expire.
   *
   * @default false
   */
  readonly lock?: boolean | ElectionOptions
}

/** The controller looks every 10 s: with a shorter deadline it may never see a run in time. */
const LEAST_STARTING_DEADLINE_SECONDS = 10

const HISTORY = record<NonNullable<SingletonJobProps['history']>>(
  { successful: optional(whole({ example: 3 })), failed: optional(whole({ example: 3 })) },
  '{ successful: 3, failed: 3 }',
)

const LOCK: Shape<boolean | ElectionOptions> = choice<boolean | ElectionOptions>({
  expected: 'true, false, or an object with lease, elector and apiServer',
  example: 'true',
  pick: (value) => {
    if (typeof value === 'boolean') return flag
    return isRecord(value) ? record<ElectionOptions>(ELECTION_OPTIONS, 'true') : undefined
  },
})

export const SINGLETON_JOB_OPTIONS = {
  ...POD_OPTIONS,
  schedule: required(SCHEDULE, '0 3 * * *'),
  timeZone: required(TIME_ZONE, 'UTC'),
  deadline: optional(lasting(1, 'Duration.hours(1)')),
  startingDeadline: optional(lasting(LEAST_STARTING_DEADLINE_SECONDS, 'Duration.minutes(5)')),
  retries: optional(whole({ example: 2 })),
  fatalExitCodes: optional(list(whole({ least: 1, most: 255, example: 2 }))),
  history: optional(HISTORY),
  suspend: optional(flag),
  lock: optional(LOCK),
} satisfies Options<SingletonJobProps>
