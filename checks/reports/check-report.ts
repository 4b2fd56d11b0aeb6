import type { Finding, Severity } from '../finding.ts'
import type { Simulation } from '../simulate-failures.ts'
import { counted } from './counted.ts'

/** What a check gave, for all formats. */
export interface CheckReport {
  /** Worst first, those that are waived among them. */
  readonly findings: readonly Finding[]
  /** Objects that were checked. */
  readonly objects: number
  /** Findings that a baseline takes as given, and which are not in `findings`. */
  readonly baselined: number
  /** What bad days leave, for each environment; one without a name if there are no environments. */
  readonly simulations: readonly EnvironmentSimulation[]
}

export interface EnvironmentSimulation {
  readonly environment?: string
  readonly simulation: Simulation
}

/** Findings by what they count as. */
export interface Summary extends Readonly<Record<Severity, number>> {
  readonly waived: number
}

export function summaryOf(findings: readonly Finding[]): Summary {
  const summary = { error: 0, warning: 0, advice: 0, waived: 0 }
  for (const { severity, waived } of findings) summary[waived === undefined ? severity : 'waived']++
  return summary
}

/** Whether anything was found that should keep a change from going on. */
export const hasFailed = (findings: readonly Finding[]): boolean => {
  const { error, warning } = summaryOf(findings)
  return error + warning > 0
}

/** `2 errors, 1 warning, 4 pieces of advice, 1 waived` */
export function describeSummary({ error, warning, advice, waived }: Summary): string {
  const parts = [
    ...(error === 0 ? [] : [counted(error, 'error')]),
    ...(warning === 0 ? [] : [counted(warning, 'warning')]),
    ...(advice === 0 ? [] : [counted(advice, 'piece of advice', 'pieces of advice')]),
    ...(waived === 0 ? [] : [`${waived} waived`]),
  ]
  return parts.length === 0 ? 'nothing found' : parts.join(', ')
}
