import { describeOrigin } from '../../manifests/origin.ts'
import type { Finding } from '../finding.ts'
import { renderSimulation } from '../render-simulation.ts'
import { type CheckReport, describeSummary, summaryOf } from './check-report.ts'
import { counted } from './counted.ts'
import { type FindingGroup, groupFindings, type MergedFinding } from './group-findings.ts'

/** A report for a comment on a pull request. */
export function renderMarkdown({ findings, objects, baselined, simulations }: CheckReport): string {
  const groups = groupFindings(findings)
  const serious = groups.filter(({ severity }) => severity !== 'advice')
  const advice = groups.filter(({ severity }) => severity === 'advice')
  const given = baselined === 0 ? '' : ` ${baselined} more are taken as given by the baseline.`
  return [
    `### Check of ${counted(objects, 'object')}: ${describeSummary(summaryOf(findings))}`,
    ...(given === '' ? [] : ['', given.trim()]),
    ...serious.flatMap(sectionOf),
    ...folded('Advice', advice.flatMap(sectionOf)),
    ...folded('Waived', waivedTable(findings)),
    ...simulations.flatMap(({ environment, simulation }) =>
      folded(environment === undefined ? 'Bad days' : `Bad days in ${environment}`, [
        '',
        '```text',
        renderSimulation(simulation).trimEnd(),
        '```',
      ]),
    ),
    '',
  ].join('\n')
}

const sectionOf = ({ rule, severity, title, findings }: FindingGroup): string[] => [
  '',
  `**${severity}** \`${rule}\`${title === undefined ? '' : ` ${title}`}`,
  '',
  '| object | what | what to do |',
  '| --- | --- | --- |',
  ...findings.map(rowOf),
]

function rowOf({ finding, environments }: MergedFinding): string {
  const { object, field, message, remedy, origin } = finding
  const where = [
    object,
    ...(environments.length === 0 ? [] : [environments.join(', ')]),
    ...(field === undefined ? [] : [field]),
    ...(origin === undefined ? [] : [describeOrigin(origin)]),
  ]
  return `| ${where.map(cell).join('<br>')} | ${cell(message)} | ${cell(remedy)} |`
}

function waivedTable(findings: readonly Finding[]): string[] {
  const waived = findings.filter((finding) => finding.waived !== undefined)
  if (waived.length === 0) return []
  return [
    '',
    '| rule | object | why it may be so |',
    '| --- | --- | --- |',
    ...waived.map(
      ({ rule, object, waived: reason }) =>
        `| \`${rule}\` | ${cell(object)} | ${cell(reason ?? '')} |`,
    ),
  ]
}

const folded = (summary: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? []
    : ['', `<details><summary>${summary}</summary>`, ...lines, '', '</details>']

/** Text from a manifest must not end its cell, nor begin a tag. */
const cell = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', '\\|')
    .replaceAll(/\r?\n/g, ' ')
