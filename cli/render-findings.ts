import type { Finding } from '../checks/finding.ts'
import { describeOrigin } from '../manifests/origin.ts'
import { type Style, styleFor } from './style.ts'
import type { Terminal } from './terminal.ts'

/**
 * What stands in the way of synth or publish: errors, and warnings that nobody waived. Warnings about
 * objects whose own options are wrong would say the same again, in words of the objects, so they
 * wait until the options are right. `lockstep check` has the whole list.
 */
export function renderFindings(
  findings: readonly Finding[],
  terminal: Pick<Terminal, 'color'>,
): string {
  const style = styleFor(terminal)
  const wrong = findings
    .filter(({ rule }) => rule === 'construct/option')
    .map(({ object }) => object)
  const isShown = ({ severity, waived, origin }: Finding): boolean =>
    waived === undefined &&
    (severity === 'error' ||
      (severity === 'warning' && !wrong.some((path) => isWithin(origin?.constructPath, path))))
  return findings
    .filter(isShown)
    .map((finding) => renderFinding(finding, style))
    .join('')
}

const isWithin = (path: string | undefined, outer: string): boolean =>
  path !== undefined && `${path}/`.startsWith(`${outer}/`)

function renderFinding(finding: Finding, style: Style): string {
  const { severity, rule, object, message, remedy, origin, otherOrigin } = finding
  const places = [origin, otherOrigin].filter((place) => place !== undefined).map(describeOrigin)
  const head = style(severity === 'error' ? 'red' : 'yellow', `${severity}:`)
  return `${head} ${object}: ${message}\n  → ${remedy}\n    ${style('dim', [rule, ...places].join(', '))}\n`
}
