import { at, fields, items, number, text } from '../../manifests/fields.ts'
import type { Workload } from '../workload.ts'
import type { Assumptions } from './assumptions.ts'
import { startSecondsOf } from './start.ts'

/** How what was lost with a node comes back. */
export type Recovery =
  /** New pods on other nodes, `seconds` after the loss. */
  | { readonly by: 'replacement'; readonly seconds: number }
  /** A standby that is there already leads, `seconds` after the loss. */
  | { readonly by: 'election'; readonly seconds: number }
  /** Not before somebody says that the node is gone for good. */
  | { readonly by: 'person' }

/** Seconds that pods stay on a node that is lost when they do not say: the default of admission. */
const DEFAULT_TOLERATION_SECONDS = 300

export function recoveryOf(workload: Workload, pods: number, assumptions: Assumptions): Recovery {
  const election = electionSecondsOf(workload)
  if (election !== undefined && pods > 1) return { by: 'election', seconds: election }
  if (workload.kind === 'StatefulSet') return { by: 'person' }
  return {
    by: 'replacement',
    seconds:
      assumptions.nodeMonitorGraceSeconds +
      tolerationSecondsOf(workload) +
      startSecondsOf(workload, assumptions),
  }
}

/** Seconds that the pods tolerate an unreachable node; without end if they do so for ever. */
function tolerationSecondsOf({ podSpec }: Workload): number {
  const own = items(podSpec.tolerations)
    .map(fields)
    .find(({ key, effect }) => {
      const isMeant = key === 'node.kubernetes.io/unreachable' || key === undefined
      return isMeant && (effect === undefined || effect === 'NoExecute')
    })
  if (own === undefined) return DEFAULT_TOLERATION_SECONDS
  return number(own.tolerationSeconds) ?? Number.POSITIVE_INFINITY
}

/** How much later than planned an elector may try again. */
const JITTER = 1.2

/** Seconds until another pod leads, by the settings that electors read; `undefined` without election. */
function electionSecondsOf({ containers }: Workload): number | undefined {
  for (const { spec } of containers) {
    const variables = new Map(
      items(spec.env).map((entry) => [text(at(entry, 'name')), text(at(entry, 'value'))]),
    )
    if (!variables.has('LEASE_NAME')) continue
    const duration = secondsOf(variables.get('LEASE_DURATION')) ?? 15
    const retry = secondsOf(variables.get('RETRY_PERIOD')) ?? 2
    return duration + retry * JITTER
  }
  return undefined
}

/** `15s`, `1.5s`, as electors read it. */
function secondsOf(duration: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(duration ?? '')
  if (match === null) return undefined
  const factor = match[2] === 'ms' ? 0.001 : match[2] === 'm' ? 60 : 1
  return Number(match[1]) * factor
}
