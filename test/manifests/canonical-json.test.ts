import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../manifests/canonical-json.ts'
import { fieldPath } from '../../manifests/field-path.ts'
import { UnwritableValueError } from '../../manifests/unwritable-value.ts'

describe('canonicalJson', () => {
  it('writes the example of RFC 8785', () => {
    const value = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts names by UTF-16 code unit, as the example of RFC 8785', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\x80': 6, ö: 7 }
    expect(Object.keys(JSON.parse(canonicalJson(value)))).toEqual([
      '1',
      '\r',
      '\x80',
      'ö',
      '\u20ac',
      '\u{1f600}',
      '\ufb33',
    ])
  })

  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('is the same in whatever order fields were set, and where they are undefined', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (map) => {
        const reversed = Object.fromEntries(Object.entries(map).reverse())
        expect(canonicalJson({ a: [map] })).toBe(canonicalJson({ z: undefined, a: [reversed] }))
      }),
    )
  })

  it.each([[Number.NaN], [undefined], [new Date(0)], ['\ud800'], [1n], [() => 1]])(
    'refuses %s',
    (value) => {
      expect(() => canonicalJson({ a: [value] })).toThrow(UnwritableValueError)
    },
  )
})

describe('fieldPath', () => {
  it.each([
    [[], '(root)'],
    [['spec', 'containers', 0, 'image'], 'spec.containers[0].image'],
    [['metadata', 'labels', 'example.com/team'], 'metadata.labels["example.com/team"]'],
    [[0, 'a'], '[0].a'],
    [['example.com/a', 'b'], '["example.com/a"].b'],
    [['ephemeral-storage'], 'ephemeral-storage'],
  ])('of %j is %s', (segments, path) => {
    expect(fieldPath(segments)).toBe(path)
  })
})
