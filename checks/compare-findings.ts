import type { Finding, Severity } from './finding.ts'

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, advice: 2 }

/** Worst first; then an order that depends on nothing but the findings themselves. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    byText(a.rule, b.rule) ||
    byText(a.environment ?? '', b.environment ?? '') ||
    byText(a.object, b.object) ||
    byNumbers(a.field ?? '', b.field ?? '') ||
    byText(a.message, b.message)
  )
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Compares `containers[2]` before `containers[10]`, on every machine alike. */
function byNumbers(a: string, b: string): number {
  return byText(padNumbers(a), padNumbers(b))
}

const padNumbers = (field: string): string =>
  field.replaceAll(/\[(\d+)\]/g, (_, index: string) => `[${index.padStart(6, '0')}]`)
