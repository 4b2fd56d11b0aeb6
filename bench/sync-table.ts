import type { Spread } from './statistics.ts'
import type { SyncResult } from './sync.ts'

const COLUMNS: readonly (readonly [head: string, cell: (result: SyncResult) => string])[] = [
  ['apps', ({ apps }) => String(apps)],
  ['split', ({ split }) => split],
  ['Kustomizations', ({ kustomizations }) => String(kustomizations)],
  ['objects', ({ objects }) => String(objects)],
  ['--concurrent', ({ concurrent }) => String(concurrent)],
  ['load before', ({ loadBefore }) => loadBefore.toFixed(1)],
  ['first sync', ({ firstMs }) => seconds(firstMs)],
  ['pushes', ({ rounds }) => String(rounds)],
  ['push', ({ pushMs }) => seconds(pushMs.median)],
  ['push to applied', ({ appliedMs }) => range(appliedMs)],
  ['push to idle', ({ idleMs }) => range(idleMs)],
]

/** A table in Markdown: seconds, medians with the least and the most in brackets. */
export const renderSyncTable = (results: readonly SyncResult[]): string =>
  [
    row(COLUMNS.map(([head]) => head)),
    row(COLUMNS.map(() => '---')),
    ...results.map(renderSyncRow),
  ].join('\n')

export const renderSyncRow = (result: SyncResult): string =>
  row(COLUMNS.map(([, cell]) => cell(result)))

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const seconds = (ms: number): string => (ms / 1000).toFixed(2)

const range = ({ median, least, most }: Spread): string =>
  `${seconds(median)} (${seconds(least)} to ${seconds(most)})`
