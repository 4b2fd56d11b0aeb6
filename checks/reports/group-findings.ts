import { ruleById } from '../all-rules.ts'
import type { Finding, Severity } from '../finding.ts'

/** What one rule found. */
export interface FindingGroup {
  readonly rule: string
  readonly severity: Severity
  /** What the rule says; absent for rules that are not of this folder, as of the constructs. */
  readonly title?: string
  readonly findings: readonly MergedFinding[]
}

/** The same finding in several environments. */
export interface MergedFinding {
  readonly finding: Finding
  /** Environments that have it, if any is named. */
  readonly environments: readonly string[]
}

/** Findings by rule, in the order in which the rules first come; those that are waived left out. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const byRule = Map.groupBy(
    findings.filter(({ waived }) => waived === undefined),
    ({ rule, severity }) => `${severity} ${rule}`,
  )
  return [...byRule.values()].flatMap((found) => {
    const [first] = found
    if (first === undefined) return []
    const { rule, severity } = first
    const title = ruleById(rule)?.title
    return { rule, severity, ...(title !== undefined && { title }), findings: merge(found) }
  })
}

/** Puts what differs in the environment alone together. */
export function merge(findings: readonly Finding[]): MergedFinding[] {
  const same = Map.groupBy(findings, ({ object, field, message, waived }) =>
    JSON.stringify([object, field, message, waived]),
  )
  return [...same.values()].flatMap((found) => {
    const [finding] = found
    if (finding === undefined) return []
    const environments = found.flatMap(({ environment }) => environment ?? [])
    return { finding, environments: [...new Set(environments)] }
  })
}
