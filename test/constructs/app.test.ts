import { ApiObject, Chart, JsonPatch } from 'cdk8s'
import { ConfigMap } from 'cdk8s-plus-27'
import { Construct } from 'constructs'
import { describe, expect, it, vi } from 'vitest'
import {
  App,
  Environment,
  HighlyAvailableDeployment,
  Namespace,
  SynthesisError,
} from '../../constructs/index.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { Testing } from '../../constructs/testing.ts'
import { IMAGE, minimal } from './fixtures.ts'

const environment = (app: App, name = 'prod') =>
  new Environment(app, name, { owner: 'platform-team', images: { web: IMAGE } })

/** Everything that a synth of this tree complains about, as text. */
function complaints(define: (app: App) => void): string {
  const app = new App({ outdir: 'unused' })
  define(app)
  try {
    app.synthYaml()
    return ''
  } catch (error) {
    if (error instanceof SynthesisError) return error.message
    throw error
  }
}

describe('a synth', () => {
  it('reports every mistake of the whole tree at once, with path, source line, option, value and remedy', () => {
    const message = complaints((app) => {
      const shop = new Namespace(environment(app), 'shop')
      new HighlyAvailableDeployment(shop, 'web', {
        ...minimal,
        image: 'web:latest',
        replicas: { fixed: 1 },
      })
      new HighlyAvailableDeployment(shop, 'Bad_Name', minimal)
    })

    expect(message).toContain(
      "[prod/shop/web] 'replicas' must be at least 2, or every drain is an outage, got 1",
    )
    expect(message).toContain('must be pinned by digest, got "web:latest"')
    expect(message).toContain(
      '\'id\' must have only lower-case letters, digits and dashes, got "Bad_Name"',
    )
    expect(message).toMatch(/test\/constructs\/app\.test\.ts:\d+ \(prod\/shop\/web\)/)
    expect(message).toContain('nothing was written')
  })

  it('refuses two environments of one name, which would undo each other', () => {
    expect(
      complaints((app) => {
        environment(app)
        new Environment(new Construct(app, 'other'), 'prod', { owner: 'team', images: {} })
      }),
    ).toContain("Environment 'prod' is made twice, also by prod")
  })

  it.each([
    ['v1', 'List'],
    ['example.com/v1', 'Anything'],
  ])('refuses a list, since nobody checks what is in a %s %s', (apiVersion, kind) => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { a: 'YQ==' },
    }
    const list = { apiVersion, kind, metadata: { name: 'all' }, items: [secret] }
    expect(
      complaints((app) => {
        new ApiObject(new Namespace(environment(app), 'shop'), 'all', list)
      }),
    ).toContain(`${kind} 'all' cannot be rendered: it is a list; make each item by itself`)
  })

  it('asks for an environment when an object has none', () => {
    expect(
      complaints((app) => {
        new ApiObject(new Chart(app, 'loose'), 'config', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'a' },
        })
      }),
    ).toContain('is in no environment')
  })

  it('names both constructs when two make the same object', () => {
    const message = complaints((app) => {
      const shop = new Namespace(environment(app), 'shop')
      for (const id of ['one', 'two']) {
        new ApiObject(new Construct(shop, id), 'Config', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'settings' },
        })
      }
    })
    expect(message).toContain('ConfigMap shop/settings')
    expect(message).toContain('prod/shop/one/Config')
    expect(message).toContain('prod/shop/two/Config')
  })

  it('renders charts and cdk8s-plus objects of the user beside ours', () => {
    const { find } = Testing.synth((namespace) => {
      new ConfigMap(namespace, 'mine', { metadata: { name: 'mine' }, data: { key: 'yes' } })
    })
    expect(find('ConfigMap', 'mine')).toMatchObject({
      data: { key: 'yes' },
      metadata: { namespace: 'test' },
    })
  })

  it('checks what a patch made, not what it was made from', () => {
    expect(
      complaints((app) => {
        const web = new HighlyAvailableDeployment(
          new Namespace(environment(app), 'shop'),
          'web',
          minimal,
        )
        web.deployment.patch((deployment) => {
          deployment.spec.template.spec.terminationGracePeriodSeconds = 5
        })
      }),
    ).toContain('grace')
  })

  it('takes JSON patches and typed patches, in this order', () => {
    const { find } = Testing.synth((namespace) => {
      const web = new HighlyAvailableDeployment(namespace, 'web', minimal)
      web.deployment.addJsonPatch(JsonPatch.add('/metadata/annotations', { step: 'json' }))
      web.deployment.patch((deployment) => {
        deployment.metadata.annotations.step += ', typed'
      })
    })
    expect(find('Deployment').metadata.annotations).toEqual({ step: 'json, typed' })
  })

  it('writes labels and annotations that were added to an object', () => {
    const { find } = Testing.synth((namespace) => {
      const { deployment } = new HighlyAvailableDeployment(namespace, 'web', minimal)
      deployment.metadata.addLabel('team', 'search')
      deployment.metadata.addAnnotation('example.com/note', 'added')
    })
    expect(find('Deployment').metadata).toMatchObject({
      labels: { team: 'search', 'app.kubernetes.io/name': 'web' },
      annotations: { 'example.com/note': 'added' },
    })
    expect(find('Service').metadata.labels).not.toHaveProperty('team')
  })

  it('says which construct holds a value that no manifest can hold', () => {
    const message = complaints((app) => {
      new ApiObject(new Namespace(environment(app), 'shop'), 'odd', {
        apiVersion: 'example.com/v1',
        kind: 'Odd',
        metadata: { name: 'odd' },
        spec: { size: Number.NaN },
      })
    })
    expect(message).toContain('prod/shop/odd')
    expect(message).toContain('spec.size')
  })

  it('gives the same result whatever order the apps were made in', () => {
    const names = ['a', 'b', 'c', 'd']
    const texts = [names, names.toReversed()].map((order) => {
      const app = new App({ outdir: 'unused' })
      const shop = new Namespace(environment(app), 'shop')
      for (const name of order) new HighlyAvailableDeployment(shop, name, minimal)
      return JSON.stringify(
        synthesizeTree(app).renderings.map(({ files }) =>
          files.map(({ path, text }) => [path, text]),
        ),
      )
    })
    expect(texts[0]).toBe(texts[1])
  })

  it('lays out an app in its folder, cluster-scoped objects under _cluster, traffic apart', () => {
    const app = new App({ outdir: 'unused' })
    new HighlyAvailableDeployment(new Namespace(environment(app), 'shop'), 'web', minimal)
    const [rendering] = synthesizeTree(app).renderings

    expect(rendering?.files.map(({ path }) => path)).toEqual([
      'traffic/shop/web/service-web.yaml',
      'workloads/_cluster/_namespace/namespace-shop.yaml',
      'workloads/shop/_namespace/networkpolicy.networking.k8s.io-default-deny.yaml',
      'workloads/shop/web/deployment.apps-web.yaml',
      'workloads/shop/web/networkpolicy.networking.k8s.io-web.yaml',
      'workloads/shop/web/poddisruptionbudget.policy-web.yaml',
      'workloads/shop/web/serviceaccount-web.yaml',
    ])
  })

  it('leaves the namespace off what is in none, though cdk8s stamps it on', () => {
    const app = new App({ outdir: 'unused' })
    const shop = new Namespace(environment(app), 'shop')
    new ApiObject(shop, 'reader', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'reader' },
      rules: [],
    })
    const objects = synthesizeTree(app).renderings.flatMap(({ files }) =>
      files.flatMap(({ object }) => object ?? []),
    )

    expect(objects.find(({ kind }) => kind === 'ClusterRole')?.metadata).toEqual({ name: 'reader' })
    expect(objects.find(({ kind }) => kind === 'Namespace')?.metadata).not.toHaveProperty(
      'namespace',
    )
  })

  it('does not read the clock or draw random numbers', () => {
    const now = vi.spyOn(Date, 'now')
    const random = vi.spyOn(Math, 'random')
    Testing.synth((namespace) => new HighlyAvailableDeployment(namespace, 'web', minimal))
    expect(now).not.toHaveBeenCalled()
    expect(random).not.toHaveBeenCalled()
  })
})
