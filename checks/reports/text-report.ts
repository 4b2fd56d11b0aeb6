import { describeOrigin } from '../../manifests/origin.ts'
import type { Finding, Severity } from '../finding.ts'
import { type FindingGroup, groupFindings, type MergedFinding, merge } from './group-findings.ts'

export type Emphasis = Severity | 'strong' | 'faint'

export interface RenderTextOptions {
  /**
   * Lines that may be filled, at least 5. What does not fit is named, but not told in full, save
   * errors: each of them stops whoever reads this, so each says where it is and what to do.
   *
   * @default - as many as it takes
   */
  readonly lines?: number
  /**
   * Makes a part stand out, as by colours.
   *
   * @default - plain text
   */
  readonly paint?: (emphasis: Emphasis, text: string) => string
}

type Paint = NonNullable<RenderTextOptions['paint']>

/** Findings as text for people: grouped by rule, worst first, what was waived at the end. */
export function renderText(
  findings: readonly Finding[],
  { lines = Number.POSITIVE_INFINITY, paint = (_, text) => text }: RenderTextOptions = {},
): string {
  const groups = groupFindings(findings)
  const waived = waivedLines(findings, paint)
  const isShort = lines !== Number.POSITIVE_INFINITY
  const errors = everything(
    groups.filter(({ severity }) => !isShort || severity === 'error'),
    paint,
  )
  const room = Math.max(LEAST_LINES, lines - errors.length) - Math.min(waived.length, WAIVED_LINES)
  const others = isShort ? groups.filter(({ severity }) => severity !== 'error') : []
  const found = [...errors, ...fitted(others, room, paint)]
  const shownWaived = found.length + waived.length <= lines ? waived : cut(waived, WAIVED_LINES)
  return [...found, ...shownWaived].map((line) => `${line}\n`).join('')
}

/** Lines that are left for what is no error, however many of those there are. */
const LEAST_LINES = 5

/** Lines that waived findings may take where there is little room. */
const WAIVED_LINES = 5

const everything = (groups: readonly FindingGroup[], paint: Paint): string[] =>
  groups.flatMap((group) => [
    headingOf(group, paint),
    ...group.findings.flatMap((finding) => linesOf(finding, paint)),
    '',
  ])

/** As much as fits: rules in full while there is room for a line of each that comes after. */
function fitted(groups: readonly FindingGroup[], room: number, paint: Paint): string[] {
  const serious = groups.filter(({ severity }) => severity !== 'advice')
  const advice = groups.filter(({ severity }) => severity === 'advice')
  const full = groups.flatMap((group) => excerptOf(group, paint))
  if (full.length <= room) return full
  const lines: string[] = []
  const last = advice.length > 0 ? 1 : 0
  for (const [index, group] of serious.entries()) {
    const rest = serious.slice(index)
    if (rest.length > 1 && room - lines.length - last <= 1) {
      return [
        ...lines,
        namesOf(rest, `… and ${rest.length} more rules`),
        ...adviceLine(advice, paint),
      ]
    }
    const excerpt = excerptOf(group, paint)
    const fits = lines.length + excerpt.length + rest.length - 1 + last <= room
    lines.push(...(fits ? excerpt : [lineOf(group, paint)]))
  }
  return [...lines, ...adviceLine(advice, paint)]
}

const adviceLine = (advice: readonly FindingGroup[], paint: Paint): string[] =>
  advice.length === 0 ? [] : [namesOf(advice, paint('advice', 'advice'))]

const namesOf = (groups: readonly FindingGroup[], title: string): string =>
  `${title}: ${groups.map(({ rule, findings }) => `${rule}${times(findings)}`).join(', ')}`

const times = (findings: readonly unknown[]): string =>
  findings.length === 1 ? '' : ` (${findings.length})`

/** The first finding of a rule in full, and the names of the others. */
function excerptOf(group: FindingGroup, paint: Paint): string[] {
  const [first, ...others] = group.findings
  const objects = [...new Set(others.map(({ finding }) => finding.object))]
  const names = objects.slice(0, 3).join(', ')
  const more = objects.length > 3 ? ` and ${objects.length - 3} more` : ''
  return [
    headingOf(group, paint),
    ...(first === undefined ? [] : linesOf(first, paint)),
    ...(others.length > 0 ? [paint('faint', `  also ${names}${more}`)] : []),
    '',
  ]
}

/** A rule and its first finding on one line. */
function lineOf(group: FindingGroup, paint: Paint): string {
  const [first, ...others] = group.findings
  const said = first === undefined ? '' : `  ${first.finding.object}: ${first.finding.message}`
  const more = others.length === 0 ? '' : paint('faint', ` (and ${others.length} more)`)
  return `${paint(group.severity, group.severity)} ${paint('strong', group.rule)}${said}${more}`
}

const headingOf = ({ rule, severity, findings }: FindingGroup, paint: Paint): string =>
  `${paint(severity, severity)} ${paint('strong', rule)}${paint('faint', times(findings))}`

function linesOf({ finding, environments }: MergedFinding, paint: Paint): string[] {
  const { object, field, message, remedy } = finding
  const origins = [finding.origin, finding.otherOrigin].filter((origin) => origin !== undefined)
  const where = environments.length === 0 ? '' : ` [${environments.join(', ')}]`
  return [
    `  ${object}${where}${field === undefined ? '' : `  ${field}`}`,
    `    ${message}`,
    `    → ${remedy}`,
    ...origins.map((origin) => paint('faint', `    ${describeOrigin(origin)}`)),
  ]
}

function waivedLines(findings: readonly Finding[], paint: Paint): string[] {
  const waived = merge(findings.filter((finding) => finding.waived !== undefined))
  if (waived.length === 0) return []
  return [
    paint('strong', 'waived'),
    ...waived.map(
      ({ finding: { rule, object, waived: reason } }) => `  ${rule}  ${object}: ${reason}`,
    ),
  ]
}

function cut(lines: readonly string[], most: number): string[] {
  if (lines.length <= most) return [...lines]
  return [...lines.slice(0, most - 1), `  … and ${lines.length - most + 1} more`]
}
