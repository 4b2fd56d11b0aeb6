import { forEachWorkload } from '../for-each.ts'
import { replicaRangeOf } from '../replica-range.ts'
import type { Rule } from '../rule.ts'
import { DEFAULT_ASSUMPTIONS } from '../simulation/assumptions.ts'
import { drainOf } from '../simulation/drain.ts'
import { startSecondsOf } from '../simulation/start.ts'
import { gracePeriodOf } from '../termination.ts'

const tooLong: Rule = {
  id: 'drain/eks-15min',
  severity: 'warning',
  title: 'A node with pods of the workload can be drained within 15 minutes',
  why: 'Managed node groups of EKS give up after 15 minutes. The upgrade then fails, or is forced, which deletes the pods without asking the budget.',
  check: forEachWorkload((workload, objects) => {
    const range = replicaRangeOf(workload, objects)
    if (range === undefined) return undefined
    const assumptions = { ...DEFAULT_ASSUMPTIONS, zones: objects.zones }
    const limit = assumptions.drainLimitSeconds
    const seconds = Math.max(
      ...[range.min, range.max].map(
        (pods) => drainOf(workload, pods, objects, assumptions).seconds ?? 0,
      ),
    )
    if (seconds <= limit) return undefined
    const each = gracePeriodOf(workload) + startSecondsOf(workload, assumptions)
    return {
      message: `The drain of one node may take ${seconds} s: ${each} s for each group of pods that may go at once`,
      remedy:
        'Allow more pods to go at once, spread them over hosts, or shorten the grace period or the start',
    }
  }),
}

export const drainRules: readonly Rule[] = [tooLong]
