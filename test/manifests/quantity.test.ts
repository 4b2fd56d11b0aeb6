import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  InvalidQuantityError,
  parseQuantity,
} from '../../manifests/quantity.ts'
import { kubectl, missingKubectl } from './processes.ts'

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 22 })
const suffix = fc.constantFrom(
  ...['', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'],
  ...['e0', 'e3', 'E3', 'e-3', 'e+2', 'e-9', 'e-12', 'E10', 'e18'],
)
const written = fc
  .tuple(fc.constantFrom('', '-', '+'), digits, fc.option(digits), suffix)
  .filter(([, whole, fraction]) => whole + (fraction ?? '') !== '')
  .map(
    ([sign, whole, fraction, unit]) =>
      `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${unit}`,
  )

describe('canonicalQuantity', () => {
  it.each([
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1500m', '1500m'],
    ['1.5', '1500m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['+1', '1'],
    ['00100m', '100m'],
    ['1000', '1k'],
    ['1500', '1500'],
    ['1000k', '1M'],
    ['1024', '1024'],
    ['1024Mi', '1Gi'],
    ['1000Mi', '1000Mi'],
    ['1.5Gi', '1536Mi'],
    ['1023Ki', '1023Ki'],
    ['0.5Ki', '512'],
    ['512.5Ki', '524800'],
    ['1.024Ki', '1048576m'],
    ['0.1Mi', '104857600m'],
    ['0.9765625Ki', '1k'],
    ['-0.9765625Ki', '-1k'],
    ['-1023Ki', '-1023Ki'],
    ['-0.3Ki', '-307200m'],
    ['0', '0'],
    ['0Gi', '0'],
    ['0m', '0'],
    ['-0', '0'],
    ['0e5', '0'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['12e-1', '1200e-3'],
    ['1.5e3', '1500'],
    ['1000e-3', '1'],
    ['1e19', '10e18'],
    ['1E', '1E'],
    ['1.1E', '1100P'],
    ['10E', '10E'],
  ])('of %s is %s', (quantity, canonical) => {
    expect(canonicalQuantity(quantity)).toBe(canonical)
  })

  it.each([
    ['0.0001', '100u'],
    ['0.1n', '1n'],
    ['1e-10', '1e-9'],
    ['1.0000000001', '1000000001n'],
    ['-1.0000000001', '-1000000001n'],
  ])('of %s is %s: finer than a billionth is rounded away from zero', (quantity, canonical) => {
    expect(canonicalQuantity(quantity)).toBe(canonical)
  })

  it.each([
    ['8Ei', '9223372036854775807'],
    ['-10Ei', '-9223372036854775807'],
    ['7Ei', '7Ei'],
  ])('of %s is %s: binary suffixes end at 2^63-1', (quantity, canonical) => {
    expect(canonicalQuantity(quantity)).toBe(canonical)
  })

  it('takes numbers, which YAML gives for quantities without quotes', () => {
    expect([2, 0.25, 1e21, -3].map(canonicalQuantity)).toEqual(['2', '250m', '1e21', '-3'])
  })

  it('never changes what it gave, nor the amount', () => {
    fc.assert(
      fc.property(written, (quantity) => {
        const canonical = canonicalQuantity(quantity)
        expect(canonicalQuantity(canonical)).toBe(canonical)
        expect(parseQuantity(canonical).nanos).toBe(parseQuantity(quantity).nanos)
        expect(canonical).not.toContain('.')
      }),
    )
  })

  it.skipIf(missingKubectl !== undefined)('is what Kubernetes keeps, amount for amount', () => {
    const quantities = fc.sample(written, { numRuns: 400, seed: 20 })
    const kept = throughKubernetes(quantities)
    const ours = quantities.map(canonicalQuantity)
    // Kubernetes leaves some spellings as they are, such as `+1`; both must mean the same amount.
    expect(kept.map(canonicalQuantity)).toEqual(ours)
    expect(throughKubernetes(ours)).toEqual(ours)
  })
})

describe('parseQuantity', () => {
  it('is exact', () => {
    expect(parseQuantity('0.1')).toEqual({ nanos: 100_000_000n, format: 'DecimalSI' })
    expect(parseQuantity('3Ki')).toEqual({ nanos: 3_072_000_000_000n, format: 'BinarySI' })
    expect(parseQuantity('2e-3')).toEqual({ nanos: 2_000_000n, format: 'DecimalExponent' })
    expect(parseQuantity('9223372036854775807n').nanos).toBe(9_223_372_036_854_775_807n)
  })

  it.each([
    ...['', ' ', '1 ', ' 1', 'm', 'Ki', '.', '-', 'e3', '1e', '1.2.3', '1_0', '1,5', '0x10', '1K'],
    ...['1ki', '1mi', '1KI', '1kb', '1MB', '1e3i', '1e3.5', '--1', '1e100', '1 Gi', 'NaN', '½'],
    ...[Number.NaN, Infinity, null, undefined, true, {}, ['1']],
  ])('refuses %j', (value) => {
    expect(() => parseQuantity(value)).toThrow(InvalidQuantityError)
  })

  it('says what it got and what to write', () => {
    expect(() => parseQuantity('1KB')).toThrow(
      expect.objectContaining({
        code: 'INVALID_QUANTITY',
        message: "Expected a quantity like '500m' or '1Gi', got \"1KB\"",
        remedy: expect.stringContaining('Ki'),
      }),
    )
  })
})

describe('compareQuantities', () => {
  it.each([
    ['1Gi', '1024Mi', 0],
    ['1G', '1Gi', -1],
    ['1500m', '1.5', 0],
    ['1k', '999', 1],
    ['-1', '0', -1],
    ['1e3', '1k', 0],
    [2, '1999m', 1],
    ['0.1', '100m', 0],
  ])('%s and %s: %i', (a, b, expected) => {
    expect(compareQuantities(a, b)).toBe(expected)
    expect(compareQuantities(b, a)).toBe(0 - expected)
  })
})

describe('formatQuantity', () => {
  it('writes sums with the suffixes of the format asked for', () => {
    const { nanos } = parseQuantity('512Mi')
    expect(formatQuantity({ nanos: nanos * 3n, format: 'BinarySI' })).toBe('1536Mi')
    expect(formatQuantity({ nanos: nanos * 3n, format: 'DecimalSI' })).toBe('1610612736')
  })
})

/** The quantities as kubectl prints them after reading them into Kubernetes' own types. */
function throughKubernetes(quantities: readonly string[]): readonly string[] {
  const pods = quantities.map((quantity, index) =>
    emitYaml({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `p${index}` },
      spec: {
        containers: [{ name: 'a', image: 'a' }],
        volumes: [{ name: 'a', emptyDir: { sizeLimit: quantity } }],
      },
    }),
  )
  return kubectl(['set', 'env', 'READ=1'], pods).map((pod) => {
    const { spec } = pod as { spec: { volumes: [{ emptyDir: { sizeLimit: string } }] } }
    return spec.volumes[0].emptyDir.sizeLimit
  })
}
