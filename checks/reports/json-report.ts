import { ruleById } from '../all-rules.ts'
import { type CheckReport, summaryOf } from './check-report.ts'

/** A report for programs. `version` grows when a reader of today's form would break. */
export function renderJson({ findings, objects, baselined, simulations }: CheckReport): string {
  const rules = [...new Set(findings.map(({ rule }) => rule))].sort()
  const report = {
    version: 1,
    objects,
    summary: { ...summaryOf(findings), baselined },
    rules: Object.fromEntries(
      rules.map((id) => {
        const { title, why, peers = [] } = ruleById(id) ?? {}
        return [id, { title, why, peers }]
      }),
    ),
    findings,
    simulations: simulations.map(({ environment, simulation }) => ({ environment, ...simulation })),
  }
  return `${JSON.stringify(report, finite, 2)}\n`
}

/** JSON has no infinity; what never ends has no number of seconds. */
const finite = (_: string, value: unknown): unknown =>
  value === Number.POSITIVE_INFINITY ? null : value
