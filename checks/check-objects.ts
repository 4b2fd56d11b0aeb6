import { describeIdentity, identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { Origin } from '../manifests/origin.ts'
import { allRules } from './all-rules.ts'
import { compareFindings } from './compare-findings.ts'
import type { Finding, Severity, Violation } from './finding.ts'
import { ObjectSet, type Surroundings } from './object-set.ts'
import type { Rule } from './rule.ts'
import { waiverOf } from './waiver.ts'

export interface CheckedObject {
  readonly object: KubernetesObject
  /** Read only where something was found. */
  readonly origin?: Origin
}

export interface CheckOptions extends Surroundings {
  /** @default - all rules */
  readonly rules?: readonly Rule[]
  /**
   * Whether the cluster may get more than these objects. What is missing is then a warning instead
   * of an error, or advice instead of a warning.
   *
   * @default false
   */
  readonly partial?: boolean
  /** Environment that the objects belong to; findings carry it. */
  readonly environment?: string | undefined
}

/**
 * Checks the objects of one environment against each other. The result does not depend on the
 * order of the objects: worst first, then by rule, object and field.
 *
 * @throws {InvalidExternalError}
 */
export function checkObjects(
  checked: readonly CheckedObject[],
  options: CheckOptions = {},
): Finding[] {
  const { rules = allRules, partial = false, environment } = options
  const set = new ObjectSet(
    checked.map(({ object }) => object),
    options,
  )
  const findings: Finding[] = []
  for (const rule of rules) {
    const severity = partial && rule.needsWholeSet === true ? lowered(rule.severity) : rule.severity
    for (const violation of rule.check(set)) {
      findings.push(...toFinding({ rule: rule.id, severity, environment }, violation, checked))
    }
  }
  return findings.sort(compareFindings)
}

const lowered = (severity: Severity): Severity => (severity === 'error' ? 'warning' : 'advice')

interface FindingContext {
  readonly rule: string
  readonly severity: Severity
  readonly environment: string | undefined
}

/** The finding, or nothing if the violation is about no object of the list. */
function toFinding(
  { rule, severity, environment }: FindingContext,
  { index, field, message, remedy, other }: Violation,
  checked: readonly CheckedObject[],
): Finding[] {
  const entry = checked[index]
  if (entry === undefined) return []
  const { object, origin } = entry
  const otherOrigin = other === undefined ? undefined : checked[other]?.origin
  const waived = waiverOf(object, rule)
  return [
    {
      rule,
      severity,
      ...(environment !== undefined && { environment }),
      object: describeIdentity(identityOf(object)),
      ...(field !== undefined && { field }),
      message,
      remedy,
      ...(origin !== undefined && { origin }),
      ...(otherOrigin !== undefined && { otherOrigin }),
      ...(waived !== undefined && waived.trim() !== '' && { waived }),
    },
  ]
}
