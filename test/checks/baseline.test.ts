import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  InvalidBaselineError,
  readBaseline,
  withoutBaseline,
  writeBaseline,
} from '../../checks/baseline.ts'
import type { Finding } from '../../checks/finding.ts'

const finding = fc.record(
  {
    rule: fc.constantFrom('image/digest', 'pdb/missing'),
    severity: fc.constantFrom('error', 'warning', 'advice'),
    environment: fc.constantFrom('prod', 'staging'),
    object: fc.constantFrom('Deployment.apps shop/web', 'Service shop/web'),
    field: fc.constantFrom('spec.a', 'spec.b'),
    message: fc.string(),
    remedy: fc.string(),
    waived: fc.constant('because'),
  },
  { requiredKeys: ['rule', 'severity', 'object', 'message', 'remedy'] },
) as fc.Arbitrary<Finding>

const baselineOf = (findings: readonly Finding[]) =>
  readBaseline(writeBaseline(findings), 'baseline.json')

describe('A baseline', () => {
  it('takes as given exactly what it was written for', () => {
    fc.assert(
      fc.property(fc.array(finding), (findings) => {
        const { fresh, known, gone } = withoutBaseline(findings, baselineOf(findings))
        expect(fresh.every(({ waived }) => waived !== undefined)).toBe(true)
        expect(known + fresh.length).toBe(findings.length)
        expect(gone).toEqual([])
      }),
    )
  })

  it('lets every finding through that is new', () => {
    fc.assert(
      fc.property(fc.array(finding), finding, (findings, another) => {
        const added = { ...another, waived: undefined } as unknown as Finding
        const { fresh } = withoutBaseline([...findings, added], baselineOf(findings))
        expect(fresh.filter(({ waived }) => waived === undefined)).toHaveLength(1)
      }),
    )
  })

  it('does not mind other words, and says which of its findings are gone', () => {
    const old: Finding = {
      rule: 'image/digest',
      severity: 'warning',
      object: 'Deployment.apps shop/web',
      field: 'spec.image',
      message: 'old words',
      remedy: 'old',
    }
    const baseline = baselineOf([old, { ...old, field: 'spec.other' }])
    expect(withoutBaseline([{ ...old, message: 'new words' }], baseline)).toEqual({
      fresh: [],
      known: 1,
      gone: [{ rule: 'image/digest', object: old.object, field: 'spec.other' }],
    })
  })

  it('is written the same whatever the order of the findings, a line each', () => {
    fc.assert(
      fc.property(
        fc
          .array(finding)
          .chain((findings) =>
            fc.tuple(
              fc.constant(findings),
              fc.shuffledSubarray(findings, { minLength: findings.length }),
            ),
          ),
        ([findings, shuffled]) => {
          expect(writeBaseline(shuffled)).toBe(writeBaseline(findings))
        },
      ),
    )
    expect(writeBaseline([])).toBe('{\n  "version": 1,\n  "findings": []\n}\n')
  })

  it.each([
    ['', 'no JSON'],
    ['[]', 'not a baseline of version 1'],
    ['{"version":2,"findings":[]}', 'not a baseline of version 1'],
    ['{"version":1}', '`findings` is no list'],
    ['{"version":1,"findings":[{"rule":"a/b"}]}', '`findings[0]`'],
    ['{"version":1,"findings":[{"rule":"a/b","object":"x","field":3}]}', '`findings[0]`'],
  ])('that reads %j is refused with what is wrong', (text, problem) => {
    expect(() => readBaseline(text, 'b.json')).toThrow(InvalidBaselineError)
    expect(() => readBaseline(text, 'b.json')).toThrow(problem)
  })
})
