import { Construct } from 'constructs'
import { describe, expect, it } from 'vitest'
import {
  App,
  Environment,
  HighlyAvailableDeployment,
  Namespace,
  OutsideEnvironmentError,
  OutsideNamespaceError,
  waive,
} from '../../constructs/index.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { Testing } from '../../constructs/testing.ts'
import { IMAGE, minimal } from './fixtures.ts'

const messages = (app: App) => synthesizeTree(app).findings.map(({ message }) => message)

describe('an environment', () => {
  it('gives images and hosts by name, and reports a name that it does not have', () => {
    const app = new App({ outdir: 'unused' })
    const environment: Environment = new Environment(app, 'prod', {
      owner: 'platform-team',
      images: { web: IMAGE },
      hosts: { web: 'www.example.com' },
    })
    expect(environment.image('web')).toBe(IMAGE)
    expect(environment.host('web')).toBe('www.example.com')

    environment.image('wbe')
    expect(messages(app)).toEqual([
      "'images.wbe' is not set for environment 'prod', which knows web",
    ])
    expect(synthesizeTree(app).findings.map(({ remedy }) => remedy)).toEqual([
      "Write 'web', or add 'wbe' to the environment's `images`",
    ])
  })

  it('knows at compile time which images it has', () => {
    const environment = new Environment(new App({ outdir: 'unused' }), 'prod', {
      owner: 'platform-team',
      images: { web: IMAGE },
    })
    // @ts-expect-error: there is no such image
    environment.image('wbe')
    expect(environment.image('web')).toBe(IMAGE)
  })

  it('allows a bare tag only where it is for development', () => {
    const props = { ...minimal, image: 'registry.example.com/shop/web:main' }
    const define = (namespace: Namespace) => new HighlyAvailableDeployment(namespace, 'web', props)

    expect(() => Testing.synth(define)).toThrow('must be pinned by digest')
    const { find } = Testing.synth(define, { development: true })
    expect(find('Deployment')).toMatchObject({
      spec: { template: { spec: { containers: [{ imagePullPolicy: 'Always' }] } } },
    })
  })

  it('allows a bare tag also where the app says why, and shows that', () => {
    const props = {
      ...minimal,
      image: 'registry.example.com/shop/web:main',
      waivers: [waive('image/digest', 'built on the node it runs on')],
    }
    const { find, findings } = Testing.synth(
      (namespace) => new HighlyAvailableDeployment(namespace, 'web', props),
    )
    expect(find('Deployment')).toMatchObject({
      spec: { template: { spec: { containers: [{ image: props.image }] } } },
    })
    expect(findings.filter(({ rule }) => rule === 'image/digest')).toMatchObject([
      { waived: 'built on the node it runs on' },
    ])
  })

  it('does not disturb another environment of the same app', () => {
    const app = new App({ outdir: 'unused' })
    for (const name of ['staging', 'prod']) {
      const environment = new Environment(app, name, { owner: 'platform-team', images: {} })
      new HighlyAvailableDeployment(new Namespace(environment, 'shop'), 'web', minimal)
    }
    const { renderings, findings } = synthesizeTree(app)
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(renderings.map(({ environment }) => environment)).toEqual(['prod', 'staging'])
    const [prod, staging] = renderings
    expect(prod?.files.map(({ path }) => path)).toEqual(staging?.files.map(({ path }) => path))
  })

  it('says how many zones there are, for what could deadlock a rollout in them', () => {
    const synth = (zones: number) => {
      const app = new App({ outdir: 'unused' })
      const environment = new Environment(app, 'prod', {
        owner: 'platform-team',
        images: {},
        zones,
      })
      const web = new HighlyAvailableDeployment(new Namespace(environment, 'shop'), 'web', minimal)
      web.deployment.patch(({ spec }) => {
        spec.template.spec.affinity = {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              {
                topologyKey: 'topology.kubernetes.io/zone',
                labelSelector: { matchLabels: { 'app.kubernetes.io/instance': 'web' } },
              },
            ],
          },
        } as never
      })
      return synthesizeTree(app).findings.map(({ rule }) => rule)
    }
    // Three pods that must not share a zone leave no room for a fourth in three zones.
    expect(synth(3)).toContain('spread/required-surge-deadlock')
    expect(synth(4)).not.toContain('spread/required-surge-deadlock')
  })

  it('is asked for by whatever needs one', () => {
    const app = new App({ outdir: 'unused' })
    expect(() => Environment.of(new Construct(app, 'loose'))).toThrow(OutsideEnvironmentError)
    const environment = new Environment(app, 'prod', { owner: 'platform-team', images: {} })
    expect(() => Namespace.of(environment)).toThrow(OutsideNamespaceError)
  })

  it('writes for the oldest Kubernetes that it runs', () => {
    const preStop = (targetVersion: '1.29' | '1.31') =>
      Testing.synth((namespace) => new HighlyAvailableDeployment(namespace, 'web', minimal), {
        targetVersion,
      }).find('Deployment')

    expect(JSON.stringify(preStop('1.31'))).toContain('"preStop":{"sleep":{"seconds":10}}')
    expect(JSON.stringify(preStop('1.29'))).toContain(
      '"preStop":{"exec":{"command":["sleep","10"]}}',
    )
  })
})

describe('a namespace', () => {
  it('enforces Pod Security and denies what no app allows', () => {
    const app = new App({ outdir: 'unused' })
    new Namespace(new Environment(app, 'prod', { owner: 'platform-team', images: {} }), 'shop')
    const objects = synthesizeTree(app).renderings.flatMap(({ files }) =>
      files.flatMap(({ object }) => object ?? []),
    )

    expect(objects).toMatchObject([
      {
        kind: 'Namespace',
        metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      },
      { kind: 'NetworkPolicy', spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } },
    ])
  })

  it('emits nothing of its own when somebody else makes it', () => {
    const app = new App({ outdir: 'unused' })
    const environment = new Environment(app, 'prod', { owner: 'platform-team', images: {} })
    new Namespace(environment, 'shop', { existing: true })
    expect(synthesizeTree(app).renderings[0]?.files).toEqual([])
  })
})
