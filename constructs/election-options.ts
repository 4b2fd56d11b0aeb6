import type { Duration } from 'cdk8s'
import type { Mistakes } from './mistakes.ts'
import { type Options, optional, record } from './options.ts'
import { RESOURCES, type Resources } from './quantities.ts'
import { absolutePath, duration, PORT, text } from './value-shapes.ts'

/** How an election, or a lock that is held in the same way, is held. */
export interface ElectionOptions {
  /**
   * How long a leader is believed.
   *
   * @default - 15 s, renewed every 2 s, given up after 10 s without success
   */
  readonly lease?: LeaseTiming

  /**
   * The sidecar that holds the election.
   *
   * @default - see the fields
   */
  readonly elector?: ElectorOptions

  /**
   * Addresses of the API server, which the pod must reach: `203.0.113.7/32`.
   *
   * @default - any address, on ports 443 and 6443
   */
  readonly apiServer?: string
}

export interface LeaseTiming {
  /**
   * How long the others wait for a leader of which they hear nothing. It bounds the fail-over after
   * a crash, together with `retryPeriod`. Whole seconds.
   *
   * @default Duration.seconds(15)
   */
  readonly duration?: Duration

  /**
   * How long a leader goes on without a successful renewal. What is left until `duration` is the
   * time in which its work must have ended.
   *
   * @default Duration.seconds(10)
   */
  readonly renewDeadline?: Duration

  /**
   * How long between two renewals of the leader, or two looks of the others.
   *
   * @default Duration.seconds(2)
   */
  readonly retryPeriod?: Duration
}

export interface ElectorOptions {
  /**
   * Port on which it answers the kubelet's probes and the app.
   *
   * @default 9401
   */
  readonly port?: number

  /**
   * What it may use.
   *
   * @default - 20m of CPU, 128Mi of memory
   */
  readonly resources?: Resources

  /**
   * Folder in which the app finds its elector, if it would rather have a file or a socket than an
   * address: `leader.json`, which is there while the pod leads, and `elector.sock`.
   *
   * @default - none
   */
  readonly folder?: string
}

const LEASE = record<LeaseTiming>(
  {
    duration: optional(duration('Duration.seconds(15)')),
    renewDeadline: optional(duration('Duration.seconds(10)')),
    retryPeriod: optional(duration('Duration.seconds(2)')),
  },
  '{ duration: Duration.seconds(30) }',
)

export const ELECTOR = record<ElectorOptions>(
  {
    port: optional(PORT),
    resources: optional(RESOURCES),
    folder: optional(absolutePath('/run/lockstep')),
  },
  '{ port: 9401 }',
)

export const ELECTION_OPTIONS = {
  lease: optional(LEASE),
  elector: optional(ELECTOR),
  apiServer: optional(text('203.0.113.7/32')),
} satisfies Options<ElectionOptions>

/** Timing in milliseconds, complete. */
export interface WrittenTiming {
  readonly duration: number
  readonly renewDeadline: number
  readonly retryPeriod: number
}

/** Spread of the pause between two looks, so that standbys do not all come at once (as client-go has it). */
const JITTER = 1.2

export function writeTiming(lease: LeaseTiming, option: string, mistakes: Mistakes): WrittenTiming {
  const duration = lease.duration?.toMilliseconds() ?? 15_000
  const renewDeadline = lease.renewDeadline?.toMilliseconds() ?? 10_000
  const retryPeriod = lease.retryPeriod?.toMilliseconds() ?? 2000
  if (duration % 1000 !== 0) {
    mistakes.add({
      option: `${option}.duration`,
      value: seconds(duration),
      problem: 'must be whole seconds, since a Lease has no others',
      remedy: 'Round it up',
    })
  }
  if (duration <= renewDeadline) {
    mistakes.add({
      option: `${option}.duration`,
      value: seconds(duration),
      problem: `must be longer than renewDeadline (${seconds(renewDeadline)}), or two lead at once`,
      remedy: 'Raise it, or lower renewDeadline',
    })
  }
  if (retryPeriod <= 0) {
    mistakes.add({
      option: `${option}.retryPeriod`,
      value: seconds(retryPeriod),
      problem: 'must be longer than nothing',
      remedy: 'Use Duration.seconds(2)',
    })
  }
  if (renewDeadline <= retryPeriod * JITTER) {
    mistakes.add({
      option: `${option}.renewDeadline`,
      value: seconds(renewDeadline),
      problem: `must be longer than ${JITTER} times retryPeriod (${seconds(retryPeriod)}), or one slow answer ends leadership`,
      remedy: 'Raise it, or lower retryPeriod',
    })
  }
  return { duration, renewDeadline, retryPeriod }
}

/** Shortest hold that our own elector takes: of a shorter one, a busy machine would lose renewals. */
export const LEAST_DURATION_MS = 3000

/** As Go and people write it: `15s`, `1.5s`. */
export const seconds = (milliseconds: number): string => `${milliseconds / 1000}s`
