// Checking
export { allRules, errorRules, ruleById, ruleDescriptions } from './all-rules.ts'
// Taking findings as given
export {
  type Baseline,
  type BaselinedFindings,
  type BaselineEntry,
  InvalidBaselineError,
  readBaseline,
  withoutBaseline,
  writeBaseline,
} from './baseline.ts'
export { type CheckedObject, type CheckOptions, checkObjects } from './check-objects.ts'
export { InvalidExternalError } from './external.ts'
export type { Finding, Severity, Violation } from './finding.ts'
export type { Indexed } from './indexed.ts'
export { ObjectSet, type Surroundings } from './object-set.ts'
// Bad days
export { type RenderSimulationOptions, renderSimulation } from './render-simulation.ts'
export type { ReplicaRange } from './replica-range.ts'
// Reports
export {
  type CheckReport,
  type EnvironmentSimulation,
  hasFailed,
  type Summary,
  summaryOf,
} from './reports/check-report.ts'
export { renderJson } from './reports/json-report.ts'
export { renderMarkdown } from './reports/markdown-report.ts'
export { renderSarif } from './reports/sarif-report.ts'
export { type Emphasis, type RenderTextOptions, renderText } from './reports/text-report.ts'
export type { Rule, RuleDescription } from './rule.ts'
export { schemaRules } from './rules/schema.ts'
export {
  type Loss,
  type Outcomes,
  type Simulation,
  simulateFailures,
  type WorkloadOutcomes,
} from './simulate-failures.ts'
export { type Assumptions, DEFAULT_ASSUMPTIONS } from './simulation/assumptions.ts'
export type { Drain } from './simulation/drain.ts'
export type { Confidence } from './simulation/placement.ts'
export type { Recovery } from './simulation/recovery.ts'
export type { Update } from './simulation/update.ts'
export { waiverAnnotation } from './waiver.ts'
export type { Container, Workload } from './workload.ts'
