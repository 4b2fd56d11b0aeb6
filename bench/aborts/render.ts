import { type AbortsResult, KINDS, type TimedKind } from '../aborts.ts'
import { PEERS } from '../rollouts/peers.ts'

const HEADS = [
  'Kustomizations',
  'others from',
  '--concurrent',
  'load before',
  'what',
  'times',
  'least',
  'median',
  '90 %',
  'most',
  'from the commit',
]

/** Tables in Markdown, in seconds, and what the figures are of. */
export const renderAborts = (results: readonly AbortsResult[]): string =>
  [
    row(HEADS),
    row(HEADS.map(() => '---')),
    ...results.map(renderAbortRows),
    '',
    'Left out: the fetch of source-controller, whose stand-in notices a push at once; the interval of a',
    'scrape, since the metric store has counted every request; what a gateway takes to tell its proxies.',
    '',
    PEERS,
  ].join('\n')

export const renderAbortRows = (result: AbortsResult): string =>
  result.times.map((time) => renderRow(result, time)).join('\n')

const renderRow = (
  { kustomizations, others, concurrent, loadBefore }: AbortsResult,
  { kind, rounds, wholeMs, fromCommitMs }: TimedKind,
): string =>
  row([
    String(kustomizations),
    others === 'same' ? 'the same source' : 'another source',
    String(concurrent),
    loadBefore.toFixed(1),
    KINDS[kind],
    String(rounds),
    ...[wholeMs.least, wholeMs.median, wholeMs.p90, wholeMs.most, fromCommitMs.median].map(seconds),
  ])

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const seconds = (ms: number): string => (ms / 1000).toFixed(2)
