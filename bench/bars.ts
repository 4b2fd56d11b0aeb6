import type { Bar, Group } from './report.ts'
import type { Result } from './statistics.ts'
import { LOCKSTEP, REFERENCE } from './synth.ts'

/** What the design promises of a synth, as far as these sizes show it. */
export function synthBars(groups: readonly Group[]): readonly Bar[] {
  return groups.flatMap((group) => {
    const own = resultOf(group, LOCKSTEP)
    if (own === undefined) return []
    if (group.size === 1) return [coldBar(own)]
    return group.size >= 1000 ? [againstHelmBar(own, group.size)] : []
  })
}

const coldBar = ({ wallSeconds }: Result): Bar => ({
  promise: 'synth of one app, cold, typed: at most 0.30 s',
  measured: `${wallSeconds.median.toFixed(3)} s`,
  isMet: wallSeconds.median <= 0.3,
})

const againstHelmBar = ({ ratio }: Result, size: number): Bar => ({
  promise: `synth of ${size} services: faster than \`${REFERENCE}\``,
  measured: `${(ratio?.median ?? Number.NaN).toFixed(2)} times its time`,
  isMet: (ratio?.median ?? Number.NaN) < 1,
})

export const resultOf = ({ results }: Group, name: string): Result | undefined =>
  results.find((result) => result.name === name)
