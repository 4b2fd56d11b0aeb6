import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentHash } from '../../manifests/content-hash.ts'
import {
  controllerNameProblem,
  dataKeyProblem,
  dnsLabelProblem,
  dnsSubdomainProblem,
  labelKeyProblem,
  labelValueProblem,
  type NameOptions,
  portNameProblem,
  serviceNameProblem,
} from '../../manifests/names.ts'
import { configMapKeys } from './nasty-strings.ts'

const x = (length: number): string => 'x'.repeat(length)

type Rule = (name: string, options?: NameOptions) => string | undefined

/** Rule, the most characters it allows, names that it accepts, names that it refuses. */
const rules: readonly [Rule, number, readonly string[], readonly string[]][] = [
  [
    dnsLabelProblem,
    63,
    ['a', '0', 'web', 'web-1', '1web', 'a--b'],
    ['', '-', '-a', 'a-', 'A', 'a.b', 'a_b', 'a b', 'é', 'a\n', '\na', 'a/b'],
  ],
  [serviceNameProblem, 63, ['a', 'web-1'], ['', '1web', 'Web', 'web-', 'a.b']],
  [controllerNameProblem, 52, ['nightly-report', '1st'], ['', 'a.b', '-a']],
  [
    dnsSubdomainProblem,
    253,
    ['a', 'a.b', 'example.com', '0.1', 'a-b.c-d'],
    ['', '.', 'a.', '.a', 'a..b', 'a-.b', 'a.-b', 'A.b', 'a_b', '*.example.com', 'a.b\n'],
  ],
  [
    labelValueProblem,
    63,
    ['', 'a', 'A', '1.2.3', 'a_b-c.d', 'v1', '0'],
    ['-a', 'a-', '.a', 'a.', '_', 'a b', 'a/b', 'a:b', 'é', 'a\n'],
  ],
  [
    labelKeyProblem,
    63,
    ['app', 'App_1', 'app.kubernetes.io/name', 'example.com/A-b', `${x(60)}.${x(60)}/a`],
    ['', '/', 'a/', '/a', 'a/b/c', 'A/b', 'a_b/c', 'example.com/-a', 'a b', 'é', `${x(254)}/a`],
  ],
  [
    portNameProblem,
    15,
    ['http', 'p1', '1p', 'http-web'],
    ['', '80', '-a', 'a-', 'a--b', 'HTTP', 'a.b', 'a_b'],
  ],
  [
    dataKeyProblem,
    253,
    ['a', 'A.b_c-d', '-', '.a', 'a..b', '_'],
    ['', '.', '..', '..a', 'a/b', 'a b', 'é', 'a\n'],
  ],
]

describe.each(rules.map((row) => [row[0].name, ...row] as const))(
  '%s',
  (_, rule, limit, good, bad) => {
    it.each(good)('accepts %j', (name) => {
      expect(rule(name)).toBeUndefined()
    })

    it.each(bad)('refuses %j and says why', (name) => {
      expect(rule(name)).toMatch(/^must /)
    })

    it(`accepts ${limit} characters and not one more`, () => {
      expect(rule(x(limit))).toBeUndefined()
      expect(rule(x(limit + 1))).toBe(`must have at most ${limit} characters (has ${limit + 1})`)
    })
  },
)

describe('a suffix that the object will get', () => {
  it('counts', () => {
    const options = { suffix: '-canary' }
    expect(dnsLabelProblem(x(56), options)).toBeUndefined()
    expect(dnsLabelProblem(x(57), options)).toBe(
      "must have at most 56 characters (has 57), since '-canary' is appended",
    )
    expect(controllerNameProblem(x(45), options)).toBeUndefined()
    expect(controllerNameProblem(x(46), options)).toContain('at most 45')
    expect(dnsSubdomainProblem(x(247), options)).toContain('at most 246')
    expect(labelValueProblem(x(57), options)).toContain('at most 56')
  })

  it('may be what a name could not end with', () => {
    expect(dnsLabelProblem('web-', { suffix: 'x' })).toBeUndefined()
    expect(dnsLabelProblem('web', { suffix: '-' })).toContain('start and end')
  })

  it('does not make an empty name one', () => {
    expect(dnsLabelProblem('', { suffix: '-canary' })).toBe('must not be empty')
  })
})

it('accepts as names of data what the corpus calls so', () => {
  expect(configMapKeys.filter((key) => dataKeyProblem(key) !== undefined)).toEqual([])
})

it('names the part of a label key that is wrong', () => {
  expect(labelKeyProblem('Example.com/name')).toMatch(/before its slash$/)
  expect(labelKeyProblem('example.com/name-')).toMatch(/after its slash$/)
  expect(labelKeyProblem('name-')).not.toMatch(/slash/)
})

describe('contentHash', () => {
  it('is the same on every machine', () => {
    expect([contentHash(''), contentHash('a'), contentHash('결제 😀\n')]).toEqual([
      'pskqwmc2zl',
      'rv4xrbbrkh',
      'whhgsmkrzp',
    ])
  })

  it('fits every name that Kubernetes has, also as the suffix of one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const hash = contentHash(text)
        expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{10}$/)
        expect(dnsLabelProblem('web', { suffix: `-${hash}` })).toBeUndefined()
        expect(labelValueProblem(hash)).toBeUndefined()
      }),
    )
  })

  it('tells twenty thousand texts apart', () => {
    const hashes = new Set(
      Array.from({ length: 20_000 }, (_, index) => contentHash(`text ${index}`)),
    )
    expect(hashes.size).toBe(20_000)
  })
})
