import { ApiObject, App as Cdk8sApp, Chart } from 'cdk8s'
import { ConfigMap } from 'cdk8s-plus-27'
import { Construct } from 'constructs'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../checks/finding.ts'
import { App, Environment, HighlyAvailableDeployment, Namespace } from '../../constructs/index.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { minimal } from './fixtures.ts'

const FILE = 'test/constructs/made-where.test.ts'

/** The line that this is called on. */
const here = (): number =>
  Number(/made-where\.test\.ts:(\d+)/.exec(new Error().stack?.split('\n')[2] ?? '')?.[1])

function findings(define: (shop: Namespace, app: App) => void): readonly Finding[] {
  const app = new App({ outdir: 'unused' })
  const prod = new Environment(app, 'prod', { owner: 'platform-team', images: {} })
  define(new Namespace(prod, 'shop'), app)
  return synthesizeTree(app).findings
}

/** An object that no API server would take. */
const odd = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Odd_Name' } }

describe('a finding', () => {
  it("points at the line that made the user's own object, not at what is around it", () => {
    const lines: number[] = []
    const found = findings((shop) => {
      const team = new Construct(shop, 'team')
      new ApiObject(team, 'config', odd)
      lines.push(here() - 1)
      new ConfigMap(team, 'plus', { metadata: { name: 'Other_Name' } })
      lines.push(here() - 1)
    })
    const origins = found
      .filter(({ severity }) => severity === 'error')
      .map(({ origin }) => [origin?.constructPath, origin?.file, origin?.line])
    expect(origins).toContainEqual(['prod/shop/team/config', FILE, lines[0]])
    expect(origins).toContainEqual(['prod/shop/team/plus/Resource', FILE, lines[1]])
  })

  it('about an object that a construct of ours makes points at the line that made the construct', () => {
    let line = 0
    const found = findings((shop) => {
      const web = new HighlyAvailableDeployment(shop, 'web', minimal)
      line = here() - 1
      web.deployment.patch((deployment) => {
        deployment.spec.template.spec.terminationGracePeriodSeconds = 5
      })
    })
    const { origin } = found.find(({ object }) => object === 'Deployment.apps shop/web') ?? {}
    expect(origin).toEqual({ constructPath: 'prod/shop/web/Deployment', file: FILE, line })
  })
})

describe('two constructs of one id', () => {
  it('are one mistake with both places, beside all others, and nothing follows from it', () => {
    const lines: number[] = []
    const found = findings((shop) => {
      new HighlyAvailableDeployment(shop, 'web', minimal)
      lines.push(here() - 1)
      new HighlyAvailableDeployment(shop, 'web', { ...minimal, port: 0 })
      lines.push(here() - 1)
    })
    const errors = found.filter(({ severity }) => severity === 'error')
    expect(errors.map(({ rule }) => rule)).toEqual(['construct/option', 'construct/same-id'])
    expect(errors[1]).toMatchObject({
      object: 'prod/shop/web',
      message: "'web' is made twice in prod/shop",
      remedy: 'Give one of the two another id, or remove it',
      origin: { constructPath: 'prod/shop/web', file: FILE, line: lines[1] },
      otherOrigin: { constructPath: 'prod/shop/web', file: FILE, line: lines[0] },
    })
  })

  it.each<[string, string, string, (id: string, shop: Namespace, app: App) => void]>([
    [
      'environments',
      'prod',
      'the app',
      (id, _, app) => {
        const again = new Environment(app, id, { owner: 'platform-team', images: {} })
        new HighlyAvailableDeployment(new Namespace(again, 'shop'), 'web', minimal)
      },
    ],
    [
      'namespaces',
      'shop',
      'prod',
      (id, { environment }) => {
        for (const name of ['a', 'b']) {
          new HighlyAvailableDeployment(new Namespace(environment, id), name, minimal)
        }
      },
    ],
    [
      'objects of the user',
      'settings',
      'prod/shop',
      (id, shop) => {
        for (const data of [{ a: '1' }, { a: '2' }, { a: '3' }]) {
          new ConfigMap(shop, id, { metadata: { name: 'settings' }, data })
        }
      },
    ],
  ])('are found among %s', (_, id, scope, define) => {
    const found = findings((shop, app) => define(id, shop, app))
    const errors = found.filter(({ severity }) => severity === 'error')
    expect(new Set(errors.map(({ rule }) => rule))).toEqual(new Set(['construct/same-id']))
    expect(errors[0]?.message).toBe(`'${id}' is made twice in ${scope}`)
  })

  it('are refused as ever in trees of others', () => {
    new App({ outdir: 'unused' })
    const chart = new Chart(new Cdk8sApp({ outdir: 'unused' }), 'chart')
    new Construct(chart, 'one')
    expect(() => new Construct(chart, 'one')).toThrow("already a Construct with name 'one'")
  })
})
