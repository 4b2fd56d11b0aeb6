import { ruleById } from '../all-rules.ts'
import { fingerprintOf } from '../baseline.ts'
import type { Finding, Severity } from '../finding.ts'

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  advice: 'note',
}

/** Findings in SARIF 2.1.0, as code scanning services take them. Files are relative to the folder. */
export function renderSarif(findings: readonly Finding[]): string {
  const ids = [...new Set(findings.map(({ rule }) => rule))].sort()
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'lockstep',
            rules: ids.map((id) => ruleOf(id, findings)),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, ids.indexOf(finding.rule))),
      },
    ],
  }
  return `${JSON.stringify(log, undefined, 2)}\n`
}

function ruleOf(id: string, findings: readonly Finding[]): object {
  const described = ruleById(id)
  const severity = described?.severity ?? findings.find(({ rule }) => rule === id)?.severity
  return {
    id,
    ...(described !== undefined && {
      shortDescription: { text: `${described.title}.` },
      fullDescription: { text: described.why },
      help: { text: `${described.title}. ${described.why}` },
      properties: { tags: [id.split('/')[0], ...(described.peers ?? [])] },
    }),
    ...(severity !== undefined && { defaultConfiguration: { level: LEVELS[severity] } }),
  }
}

function resultOf(finding: Finding, ruleIndex: number): object {
  const { rule, severity, message, remedy, waived } = finding
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: `${message}. ${remedy}.` },
    locations: [locationOf(finding)],
    partialFingerprints: { 'ruleObjectField/v1': fingerprintOf(finding) },
    ...(waived !== undefined && {
      suppressions: [{ kind: 'inSource', justification: waived }],
    }),
  }
}

function locationOf({ object, field, environment, origin }: Finding): object {
  const name = [environment, object, field].filter((part) => part !== undefined).join(' ')
  return {
    ...(origin?.file !== undefined && {
      physicalLocation: {
        artifactLocation: { uri: uriOf(origin.file) },
        ...(origin.line !== undefined && { region: { startLine: origin.line } }),
      },
    }),
    logicalLocations: [{ name: object, fullyQualifiedName: name, kind: 'resource' }],
  }
}

/** A path as a relative reference: no backslashes, and nothing that a URI reads as its own. */
const uriOf = (path: string): string =>
  path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
