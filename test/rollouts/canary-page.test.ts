import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ratioOf } from '../../rollouts/track-replicas.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/canary.md'), 'utf8')

/** `| 5 | 1 | 12 | 7.7 % |` */
const rows = [...page.matchAll(/^\| (\d+) \| (\d+) \| (\d+) \| ([\d.]+) % \|$/gm)]

it('docs/canary.md shows what ten pods can make of a weight', () => {
  expect(rows.length).toBeGreaterThanOrEqual(5)
  for (const [row, weight, canary, stable, achieved] of rows) {
    const ratio = ratioOf({ type: 'replica-ratio', surge: '25%' }, Number(weight), 10)
    const shown = [ratio.canary, ratio.stable, ratio.achieved.toFixed(1)].map(String)
    expect([canary, stable, achieved], row).toEqual(shown)
  }
})
