import type { AnalysisMetric } from '../rollouts/analysis-metric.ts'
import type { Approval, RolloutStep } from '../rollouts/step.ts'
import { inWords } from './duration-argument.ts'

/** What a step sets, in few words. */
export function describeChange(step: RolloutStep): string {
  if ('weight' in step) return `${step.weight} % of the requests`
  if ('scale' in step) return `pods for ${step.scale} %, no requests`
  const { match } = step
  const mark = 'header' in match ? `header ${match.header}` : `cookie ${match.cookie}`
  return `requests with ${mark}: ${match.value}`
}

/** What must say yes before it is left, and before it is entered. */
export function describeGates({ holdSeconds, approval, approveBefore }: RolloutStep): string {
  return [
    ...(approveBefore === undefined ? [] : [`${describeApproval(approveBefore)} before it`]),
    ...(holdSeconds > 0 ? [`held ${inWords(holdSeconds * 1000)}`] : []),
    ...(approval === undefined ? [] : [`${describeApproval(approval)} after it`]),
  ].join(', ')
}

const describeApproval = ({ role, quorum }: Approval): string =>
  quorum === 1 ? `approved by ${role}` : `approved by ${quorum} of ${role}`

/** What must hold of a metric. */
export function describeMetric(metric: AnalysisMetric): string {
  switch (metric.type) {
    case 'success-rate':
      return `${metric.name}: at least ${metric.atLeastPercent} %`
    case 'latency':
      return `${metric.name}: ${metric.percentile} % within ${metric.belowMs} ms`
    case 'query': {
      const { atLeast, atMost } = metric
      const bounds = [
        ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
        ...(atMost === undefined ? [] : [`at most ${atMost}`]),
      ]
      return `${metric.name}: ${bounds.join(', ')}`
    }
  }
}
