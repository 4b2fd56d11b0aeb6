import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillPromql, literal, selector } from '../../reconciler/promql.ts'
import { queryVariables } from '../../reconciler/query-variables.ts'

const variables = queryVariables(
  {
    namespace: 'shop',
    app: 'checkout.v2',
    track: 'canary',
    deployment: 'checkout.v2-canary',
    service: 'checkout-canary',
  },
  120,
)

describe('a query of the plan', () => {
  it.each([
    ['rate(x{namespace="$namespace"}[$window])', 'rate(x{namespace="shop"}[120s])'],
    [`x{a="\${app}_total"}`, 'x{a="checkout.v2_total"}'],
    // A dot of a name is a dot, in each kind of string.
    ['x{pod=~"$deployment-.*"}', 'x{pod=~"checkout\\\\.v2-canary-.*"}'],
    ["x{pod !~ '$deployment-.*'}", "x{pod !~ 'checkout\\\\.v2-canary-.*'}"],
    ['x{pod=~`$deployment-.*`}', 'x{pod=~`checkout\\.v2-canary-.*`}'],
    ['x{a="say \\"$track\\"", b=~"$service|."}', 'x{a="say \\"canary\\"", b=~"checkout-canary|."}'],
    // Groups of label_replace are none of ours.
    ['label_replace(x, "a", "$1", "b", "(.*)")', 'label_replace(x, "a", "$1", "b", "(.*)")'],
  ])('%s', (query, filled) => {
    expect(fillPromql(query, variables)).toBe(filled)
  })

  it.each(['x{a="$nobody"}', 'x[$constructor]'])('%s uses what nothing fills in', (query) => {
    expect(() => fillPromql(query, variables)).toThrow('nothing fills in $')
  })

  it.each([
    'shop"} or vector(1) #',
    "shop'",
    'shop`',
    'shop\\',
    'Shop',
    'shop\n',
    '',
    'shop{',
    '.*',
  ])('is not changed by a name like %j', (namespace) => {
    const track = { namespace, app: 'a', track: 'canary', deployment: 'd', service: 's' } as const
    expect(() => queryVariables(track, 60)).toThrow('which is no name')
  })
})

describe('a query of ours', () => {
  it('takes any value for a text', () => {
    const matchers = [
      { label: 'a', operator: '=', value: 'say "hi" \\ \n' },
      { label: 'b', operator: '=~', value: literal('a.b+c') },
    ] as const
    expect(selector('x_total', matchers)).toBe(
      'x_total{a="say \\"hi\\" \\\\ \\n",b=~"a\\\\.b\\\\+c"}',
    )
  })

  it('matches a literal text and nothing else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const pattern = new RegExp(`^${literal(text)}$`, 'v')
        expect(pattern.test(text)).toBe(true)
        expect(pattern.test(other)).toBe(text === other)
      }),
    )
  })
})
