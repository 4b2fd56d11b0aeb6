import { isRecord } from '../manifests/kubernetes-object.ts'
import type { Finding } from './finding.ts'

/**
 * Findings of some day that are taken as given, so that only new ones count. One is recognized by
 * rule, environment, object and field: what it says in words may change from release to release.
 */
export interface Baseline {
  readonly findings: readonly BaselineEntry[]
}

export interface BaselineEntry {
  readonly rule: string
  readonly environment?: string
  readonly object: string
  readonly field?: string
}

const VERSION = 1

/** What a finding is recognized by. */
export const fingerprintOf = ({
  rule,
  environment = '',
  object,
  field = '',
}: BaselineEntry): string => JSON.stringify([rule, environment, object, field])

export interface BaselinedFindings {
  /** Findings that the baseline does not know, and those that are waived anyway. */
  readonly fresh: readonly Finding[]
  /** How many it does know. */
  readonly known: number
  /** Entries whose findings are gone, so that the baseline can be written anew. */
  readonly gone: readonly BaselineEntry[]
}

/** Takes from the findings what a baseline knows; each of its entries covers one finding. */
export function withoutBaseline(
  findings: readonly Finding[],
  { findings: entries }: Baseline,
): BaselinedFindings {
  const left = new Map<string, BaselineEntry[]>()
  for (const entry of entries) {
    const key = fingerprintOf(entry)
    left.set(key, [...(left.get(key) ?? []), entry])
  }
  const fresh = findings.filter(
    (finding) =>
      finding.waived !== undefined || left.get(fingerprintOf(finding))?.pop() === undefined,
  )
  return { fresh, known: findings.length - fresh.length, gone: [...left.values()].flat() }
}

/** The text of a baseline that takes these findings as given: a line each, in a fixed order. */
export function writeBaseline(findings: readonly Finding[]): string {
  const lines = findings
    .filter(({ waived }) => waived === undefined)
    .map(({ rule, environment, object, field }) =>
      JSON.stringify({
        rule,
        ...(environment !== undefined && { environment }),
        object,
        ...(field !== undefined && { field }),
      }),
    )
    .sort()
  const list = lines.length === 0 ? '[]' : `[\n    ${lines.join(',\n    ')}\n  ]`
  return `{\n  "version": ${VERSION},\n  "findings": ${list}\n}\n`
}

/**
 * @param file only for errors
 * @throws {InvalidBaselineError}
 */
export function readBaseline(text: string, file: string): Baseline {
  const value = parse(text, file)
  if (!isRecord(value) || value.version !== VERSION) {
    throw new InvalidBaselineError(file, `it is not a baseline of version ${VERSION}`)
  }
  if (!Array.isArray(value.findings)) throw new InvalidBaselineError(file, '`findings` is no list')
  return {
    findings: value.findings.map((entry: unknown, index) => {
      if (isEntry(entry)) return entry
      throw new InvalidBaselineError(
        file,
        `\`findings[${index}]\` is not a rule, an object and perhaps an environment and a field`,
      )
    }),
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new InvalidBaselineError(file, `it is no JSON: ${error.message}`, { cause: error })
  }
}

const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === 'string'

const isEntry = (entry: unknown): entry is BaselineEntry =>
  isRecord(entry) &&
  typeof entry.rule === 'string' &&
  typeof entry.object === 'string' &&
  isTextOrAbsent(entry.environment) &&
  isTextOrAbsent(entry.field)

/** A file is no baseline. */
export class InvalidBaselineError extends Error {
  override readonly name = 'InvalidBaselineError'
  readonly code = 'INVALID_BASELINE'
  readonly file: string
  readonly remedy =
    'Write it anew with `lockstep check --write-baseline FILE`, and review what it takes as given'

  constructor(file: string, problem: string, options?: ErrorOptions) {
    super(`The baseline ${file} cannot be used: ${problem}`, options)
    this.file = file
  }
}
