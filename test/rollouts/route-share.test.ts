import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { isShareable, shareRoute, withdrawShare } from '../../rollouts/route-share.ts'
import { appAtRest } from './app-fixture.ts'

const { route, configMap } = appAtRest()
const share = (object: KubernetesObject, weight: number, matches: object[] = []) =>
  shareRoute(object, {
    stableService: 'checkout-stable',
    canaryService: 'checkout-canary',
    state: { weight, matches: matches as never },
  })

const rulesOf = (object: KubernetesObject) =>
  (object.spec as { rules: Record<string, never>[] }).rules

describe('the share of the canary in a route', () => {
  it('is what the route says at rest, when it is nothing', () => {
    expect(share(route, 0)).toEqual(route)
  })

  it('always adds up to 100, with both weights written', () => {
    for (let weight = 0; weight <= 100; weight++) {
      expect(rulesOf(share(route, weight))[0]?.backendRefs).toMatchObject([
        { weight: 100 - weight },
        { weight },
      ])
    }
  })

  it('leaves rules alone that are not about both tracks', () => {
    const other = { backendRefs: [{ name: 'static', port: 80, weight: 1 }] }
    const both = rulesOf(route)[0]
    const mixed = { ...route, spec: { rules: [other, both] } }
    expect(rulesOf(share(mixed, 30))[0]).toBe(other)
  })

  it('marks every alternative of a rule, one without conditions too', () => {
    const [rule] = rulesOf(route)
    const { matches: _, ...unconditional } = rule!
    const mark = { header: 'x-canary', value: 'yes' }
    const header = { type: 'Exact', name: 'x-canary', value: 'yes' }
    expect(
      rulesOf(share({ ...route, spec: { rules: [unconditional] } }, 5, [mark]))[0],
    ).toMatchObject({ matches: [{ headers: [header] }] })
    const matches = [{ method: 'GET', headers: [{ name: 'a', value: 'b' }] }, { method: 'PUT' }]
    expect(
      rulesOf(share({ ...route, spec: { rules: [{ ...rule, matches }] } }, 5, [mark]))[0],
    ).toMatchObject({
      matches: [
        { method: 'GET', headers: [{ name: 'a', value: 'b' }, header] },
        { method: 'PUT', headers: [header] },
      ],
    })
  })

  it.each([
    ['canary=1', true],
    ['session=x; canary=1', true],
    ['canary=1; session=x', true],
    ['canary=10', false],
    ['not-canary=1', false],
    ['session=canary=1', false],
  ])('finds a cookie in the header %j: %j', (cookies, isFound) => {
    const [rule] = rulesOf(share(route, 5, [{ cookie: 'canary', value: '1' }]))
    const [header] = (rule as unknown as { matches: { headers: { value: string }[] }[] })
      .matches[0]!.headers
    expect(new RegExp(header!.value).test(cookies)).toBe(isFound)
  })

  it('is known for routes of Gateway API and for nothing else', () => {
    expect(isShareable(route)).toBe(true)
    expect(isShareable(configMap)).toBe(false)
    expect(share(configMap, 50)).toBe(configMap)
  })
})

describe('a route without the share of the canary', () => {
  const services = { stableService: 'checkout-stable', canaryService: 'checkout-canary' }
  const withdrawn = (object: KubernetesObject) => withdrawShare(object, services)

  it('is what it is at rest, whatever the weight was', () => {
    for (let weight = 0; weight <= 100; weight++) {
      expect(withdrawn(share(route, weight))).toEqual(route)
    }
  })

  it('sends requests with a mark to stable as well', () => {
    const marked = share(route, 30, [{ header: 'x-canary', value: 'yes' }])
    expect(rulesOf(withdrawn(marked)).map(({ backendRefs }) => backendRefs)).toMatchObject([
      [{ weight: 100 }, { weight: 0 }],
      [{ weight: 100 }, { weight: 0 }],
    ])
  })

  it('keeps rules that are not about both tracks, and objects that are no routes', () => {
    const own = { backendRefs: [{ name: 'checkout-canary', port: 80, weight: 1 }] }
    const mixed = { ...route, spec: { rules: [own] } }
    expect(withdrawn(mixed)).toEqual(mixed)
    expect(withdrawn(configMap)).toBe(configMap)
  })
})
