import type { Result, Spread } from './statistics.ts'

/** Contestants that were measured together. */
export interface Group {
  readonly title: string
  readonly size: number
  /** The contestant that the others are divided by. */
  readonly reference: string
  readonly results: readonly Result[]
}

/** A promise about speed, and what came out. Printed, never asserted: machines differ. */
export interface Bar {
  readonly promise: string
  readonly measured: string
  readonly isMet: boolean
}

export function renderGroup({ title, reference, results }: Group): string {
  const width = Math.max(...results.map(({ name }) => name.length))
  const lines = results.map(({ name, wallSeconds, cpuSeconds, ratio }) =>
    [
      name.padEnd(width),
      seconds(wallSeconds.median),
      `${seconds(wallSeconds.least)} – ${seconds(wallSeconds.most)}`,
      seconds(cpuSeconds.median),
      ratio === undefined ? '     1' : renderRatio(ratio),
    ].join('  '),
  )
  const head = [
    ' '.repeat(width),
    '  wall s',
    '     least – most  ',
    '   cpu s',
    `times '${reference}'`,
  ].join('  ')
  return [title, '', head, ...lines, ''].join('\n')
}

export const renderBar = ({ promise, measured, isMet }: Bar): string =>
  `${isMet ? 'met    ' : 'NOT MET'}  ${promise}: ${measured}`

const seconds = (value: number): string => value.toFixed(3).padStart(8)

const renderRatio = ({ median, least, most }: Spread): string =>
  `${median.toFixed(2).padStart(6)}  (${least.toFixed(2)} – ${most.toFixed(2)})`
