import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counterIncrease } from '../../reconciler/counter-increase.ts'
import type { Series } from '../../reconciler/prometheus-api.ts'

/** A series with a value for each second; where there is none it was not there. */
function seen(
  labels: Readonly<Record<string, string>>,
  ...values: readonly (number | undefined)[]
): Series {
  const points = values.flatMap((value, second) =>
    value === undefined ? [] : [{ atMs: second * 1000, value }],
  )
  return { labels: { instance: 'a', code: '200', ...labels }, points }
}

function growth(...series: readonly Series[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {}
  const props = {
    name: 'http_requests_total',
    processLabel: 'instance',
    classOf: ({ code = '' }: Series['labels']) => code,
  }
  for (const increase of counterIncrease(series, props)) {
    for (const [code, grown] of increase) sums[code] = (sums[code] ?? 0) + grown
  }
  return sums
}

const error = { code: '500' }

describe('the increase of counters', () => {
  it('is what was counted between the first and the last point', () => {
    expect(growth(seen({}, 1_000, 1_010, 1_025))).toEqual({ 200: 25 })
    expect(growth(seen({}, 1_000))).toEqual({})
    expect(growth()).toEqual({})
  })

  it('counts the first error of a process that has been there before', () => {
    expect(growth(seen({}, 10, 20, 30), seen(error, undefined, 1, 1))).toEqual({ 200: 20, 500: 1 })
  })

  it('does not count what a process brings along from before it was seen', () => {
    const old = seen({ instance: 'b' }, undefined, 5_000, 5_010)
    expect(growth(seen({}, 0, 0, 0), old)).toEqual({ 200: 10 })
  })

  it('is added up over processes, each with a start of its own', () => {
    const other = seen({ instance: 'b' }, 900, 901, undefined)
    expect(growth(seen({}, 0, 5, 9), other)).toEqual({ 200: 10 })
  })

  it('misses the moment of a restart and invents nothing', () => {
    expect(growth(seen({}, 100, 110, 4, 9))).toEqual({ 200: 15 })
    // The errors were gone with the process, and are counted again when there is a new one.
    expect(growth(seen({}, 100, 110, 4, 9), seen(error, 7, 7, undefined, 2))).toEqual({
      200: 15,
      500: 2,
    })
  })

  it('does not take a series that was dropped for a restart of all others', () => {
    const dropped = seen({ code: '404' }, 3, undefined, undefined)
    expect(growth(seen({}, 100_000, 100_010, 100_020), dropped)).toEqual({ 200: 10 })
  })

  it('asks for the label that tells processes apart', () => {
    const { labels: _, ...series } = seen({}, 1)
    expect(() => growth({ ...series, labels: { code: '200' } })).toThrow(
      'http_requests_total has no label instance; set instanceLabel to the one that tells processes apart',
    )
  })

  it('does not depend on which points between the first and the last are seen', () => {
    const counted = fc.array(fc.record({ more: fc.nat(50), isSeen: fc.boolean() }), {
      minLength: 2,
      maxLength: 60,
    })
    fc.assert(
      fc.property(counted, (process) => {
        let value = 0
        const values = process.map(({ more }) => (value += more))
        const last = values.length - 1
        const some = values.map((each, second) =>
          second === 0 || second === last || process[second]?.isSeen ? each : undefined,
        )
        expect(growth(seen({}, ...some))).toEqual(growth(seen({}, ...values)))
      }),
    )
  })

  it('is never more than was counted, whatever restarts there are', () => {
    const steps = fc.array(fc.record({ counted: fc.nat(50), restarts: fc.boolean() }), {
      minLength: 1,
      maxLength: 60,
    })
    fc.assert(
      fc.property(steps, (process) => {
        let value = 0
        let counted = 0
        const values = process.map((step) => {
          if (step.restarts) value = 0
          value += step.counted
          counted += step.counted
          return value
        })
        expect(growth(seen({}, ...values))[200] ?? 0).toBeLessThanOrEqual(counted)
      }),
    )
  })
})
