import { renderSimulation } from '../checks/render-simulation.ts'
import { describeSummary, summaryOf } from '../checks/reports/check-report.ts'
import { counted } from '../checks/reports/counted.ts'
import { type Emphasis, renderText } from '../checks/reports/text-report.ts'
import type { CheckOutcome } from './check-outcome.ts'
import type { SkippedFiles } from './read-manifest-files.ts'
import { styleFor } from './style.ts'
import type { Terminal } from './terminal.ts'

/** Lines that findings may fill, and workloads of each environment, where nobody asks for all. */
const FINDING_LINES = 28
const WORKLOAD_ROWS = 8

const COLORS = {
  error: 'red',
  warning: 'yellow',
  advice: 'cyan',
  strong: 'bold',
  faint: 'dim',
} as const satisfies Record<Emphasis, string>

export interface RenderCheckOptions {
  readonly all: boolean
  /** Entries of the baseline whose findings are gone. */
  readonly gone: number
}

/** What a check found, as text for a terminal: findings, bad days, and one line that sums it up. */
export function renderCheck(
  { findings, objects, baselined, simulations, skipped }: CheckOutcome,
  { all, gone }: RenderCheckOptions,
  terminal: Pick<Terminal, 'color'>,
): string {
  const style = styleFor(terminal)
  const found = renderText(findings, {
    paint: (emphasis, text) => style(COLORS[emphasis], text),
    ...(!all && { lines: FINDING_LINES }),
  })
  const withRows = simulations.filter(({ simulation }) => simulation.workloads.length > 0)
  const tables = withRows.map(({ environment, simulation }, index) => {
    const title = environment === undefined ? '' : `${style('bold', environment)}\n`
    const legend = index === withRows.length - 1
    return `${title}${renderSimulation(simulation, { legend, ...(!all && { rows: WORKLOAD_ROWS }) })}\n`
  })
  const notes = [
    ...(baselined === 0
      ? []
      : [`Taken as given by the baseline: ${counted(baselined, 'finding')}.`]),
    ...(gone === 0
      ? []
      : [`Gone from the baseline: ${counted(gone, 'finding')}; --write-baseline writes it anew.`]),
    ...(skipped === undefined ? [] : skippedNote(skipped)),
    ...(findings.length === 0
      ? []
      : [`\`lockstep explain <rule>\` says why${all ? '' : '; --all shows everything'}.`]),
  ]
  return [
    found === '' ? '' : `${found.trimEnd()}\n\n`,
    ...tables,
    `${counted(objects, 'object')}: ${describeSummary(summaryOf(findings))}\n`,
    ...notes.map((note) => `${style('dim', note)}\n`),
  ].join('')
}

function skippedNote({ noManifests, templates, patches }: SkippedFiles): string[] {
  const parts = [
    ...(noManifests === 0 ? [] : [`${noManifests} without Kubernetes objects`]),
    ...(templates === 0 ? [] : [`${counted(templates, 'Helm template')} (render first)`]),
    ...(patches === 0 ? [] : [`${counted(patches, 'patch', 'patches')} (build first)`]),
  ]
  return parts.length === 0 ? [] : [`Files skipped: ${parts.join(', ')}.`]
}
