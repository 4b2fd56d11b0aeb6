import { Duration } from 'cdk8s'
import { type AnalysisMetric, latency, type Step, successRate } from 'lockstep'

/** How new versions are let in. */
export interface Release {
  /** What happens before all requests are on the new version, in order. */
  readonly steps: readonly Step[]
  /** What must hold meanwhile. */
  readonly analysis: readonly AnalysisMetric[]
  /** How long the gateway may take to be of one mind. */
  readonly settle: Duration
}

/** Where customers are: a person has the last word before all of them see it. */
export const careful: Release = {
  steps: [
    { weight: 5, hold: Duration.minutes(2) },
    { weight: 25, hold: Duration.minutes(5) },
    { weight: 50, approval: 'checkout-owners' },
  ],
  analysis: [
    successRate({ atLeast: 99.5 }),
    latency({ percentile: 99, below: Duration.millis(400) }),
  ],
  settle: Duration.seconds(10),
}

/**
 * Where nobody is: the same way in half a minute, so that what is wrong with it is seen before. Times
 * are left out, as a shared machine says little about them.
 */
export const rehearsal: Release = {
  steps: [{ weight: 25, hold: Duration.seconds(3) }, { weight: 50 }],
  analysis: [successRate({ atLeast: 99, interval: Duration.seconds(1) })],
  settle: Duration.seconds(1),
}
