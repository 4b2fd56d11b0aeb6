import { Duration } from 'cdk8s'
import { describe, expect, it } from 'vitest'
import {
  argoRollouts,
  CanaryRollout,
  type CanaryRolloutProps,
  fixed,
  flagger,
  ingress,
  query,
  SynthesisError,
  successRate,
} from '../../constructs/index.ts'
import { Testing } from '../../constructs/testing.ts'
import { at, type Fields, fields, items } from '../../manifests/fields.ts'
import { readReleaseGates } from '../../rollouts/read-release-gates.ts'
import { synthesisOf, weekend } from './canary-tree.ts'
import { argoed, argoedByPods, flaggered } from './engine-fixtures.ts'
import { goldenYaml } from './golden-yaml.ts'

const synth = (props: CanaryRolloutProps) =>
  Testing.synth((test) => new CanaryRollout(test, 'checkout', props))

function complaints(props: CanaryRolloutProps): string[] {
  try {
    synth(props)
    return []
  } catch (error) {
    if (!(error instanceof SynthesisError)) throw error
    return error.findings.map(({ message, remedy }) => `${message}. ${remedy}`)
  }
}

describe.each([
  ['flagger', flaggered, ['Canary', 'Deployment', 'HorizontalPodAutoscaler', 'MetricTemplate']],
  [
    'argo-rollouts',
    argoed,
    [
      ...Array(3).fill('AnalysisTemplate'),
      'Deployment',
      'HTTPRoute',
      'HorizontalPodAutoscaler',
      'Rollout',
      ...Array(3).fill('Service'),
    ],
  ],
  [
    'argo-rollouts-by-pods',
    argoedByPods,
    ['Deployment', 'Rollout', 'Service', 'Service', 'Service'],
  ],
])('a release by %s', (name, props, kinds) => {
  const synthesis = synth(props)

  it('is what its object says, beside what every app has', async () => {
    const common = ['NetworkPolicy', 'PodDisruptionBudget', 'ServiceAccount']
    expect(synthesis.objects.map(({ kind }) => kind).sort()).toEqual([...kinds, ...common].sort())
    await expect(goldenYaml(synthesis)).toMatchFileSnapshot(
      `__snapshots__/g13-canary-by-${name}.yaml`,
    )
  })

  it('has nothing that a check would mind, but that the kind is of somebody else', () => {
    const found = synthesis.findings.filter(({ waived }) => waived === undefined)
    expect([...new Set(found.map(({ rule }) => rule))]).toEqual(['schema/unchecked-kind'])
  })

  it('has no plan, which Lockstep would follow', () => {
    const { renderings } = synthesisOf(() => {}, props, [])
    const paths = renderings.flatMap(({ files }) => files.map(({ path }) => path))
    expect(paths.filter((path) => path.startsWith('rollouts/'))).toEqual([])
  })
})

it.each([
  ['Flagger', flaggered],
  ['Argo Rollouts', argoed],
])('a release by %s has its freeze windows where our functions read them', (_, props) => {
  const { renderings } = synthesisOf(() => {}, props, [weekend])
  const path = 'rollouts/shop/checkout/gates.yaml'
  const file = renderings.flatMap(({ files }) => files).find((each) => each.path === path)
  expect(readReleaseGates(file?.text ?? '', path).spec.freezeWindows).toEqual([weekend])
})

describe('a release by Flagger', () => {
  const { find } = synth(flaggered)

  it('lets in the pods of both tracks, of which Flagger changes the name', () => {
    expect(at(find('NetworkPolicy').spec, 'podSelector')).toEqual({
      matchLabels: { 'app.kubernetes.io/instance': 'checkout' },
    })
  })

  it('goes to full weight before the promotion, as ours', () => {
    const props = { ...flaggered, steps: flaggered.steps.slice(0, 2) }
    const canary = synth(props).find('Canary')
    expect(at(canary.spec, 'analysis', 'stepWeights')).toEqual([5, 25, 100])
  })

  it('asks nobody without gates', () => {
    const steps = [{ weight: 5, hold: Duration.minutes(1) }]
    const canary = synth({ ...flaggered, steps, analysis: [], engine: flagger() }).find('Canary')
    expect(fields(at(canary.spec, 'analysis'))).not.toHaveProperty('webhooks')
  })
})

describe('a release by Argo Rollouts', () => {
  const { find, objects } = synth(argoed)
  const canary = fields(at(find('Rollout').spec, 'strategy', 'canary'))
  const steps = items(canary.steps).map(fields)

  it('asks by templates that there are, and by all of them', () => {
    const asked = [...steps.map(({ analysis }) => analysis), canary.analysis].flatMap((analysis) =>
      items(at(analysis, 'templates')).map((template) => at(template, 'templateName')),
    )
    const made = objects
      .filter(({ kind }) => kind === 'AnalysisTemplate')
      .map(({ metadata }) => metadata.name)
    expect([...new Set(asked)].sort()).toEqual(made.sort())
  })

  it('never asks twice in a row, which Argo Rollouts cannot promote', () => {
    const isQuestion = (step: Fields | undefined) => step !== undefined && 'analysis' in step
    expect(steps.filter((step, index) => isQuestion(step) && isQuestion(steps[index + 1]))).toEqual(
      [],
    )
  })

  it('gives the canary pods before requests, and never fewer than their share', () => {
    let scale: unknown
    let weight = 0
    for (const step of steps) {
      scale = at(step, 'setCanaryScale', 'weight') ?? scale
      weight = Number(step.setWeight ?? weight)
      if ('setHeaderRoute' in step) expect(scale).toBeGreaterThan(0)
      if (scale !== undefined) expect(scale).toBeGreaterThanOrEqual(weight)
    }
    expect(weight).toBe(100)
  })

  it('gives the pods of a canary with marked requests alone, from the first step on', () => {
    const first = [{ match: { header: 'x', value: 'y' }, hold: Duration.minutes(1) }]
    const rollout = synth({ ...argoed, steps: [...first, { weight: 50 }] }).find('Rollout')
    const [, ...rest] = items(at(rollout.spec, 'strategy', 'canary', 'steps'))
    expect(rest.slice(0, 2)).toEqual([
      { setCanaryScale: { weight: 1 } },
      expect.objectContaining({ setHeaderRoute: expect.anything() }),
    ])
  })

  it('makes routes for marked requests that it says it makes', () => {
    const managed = items(at(canary, 'trafficRouting', 'managedRoutes')).map((each) =>
      at(each, 'name'),
    )
    const made = steps.flatMap((step) => at(step, 'setHeaderRoute', 'name') ?? [])
    expect(made).toEqual(managed)
    expect(made).toHaveLength(2)
  })

  it('measures from where the canary has its first requests', () => {
    expect(steps[Number(at(canary, 'analysis', 'startingStep')) - 1]).toHaveProperty('setWeight')
  })

  it('has all pods in the Rollout, by the autoscaler or a number', () => {
    expect(at(find('HorizontalPodAutoscaler').spec, 'scaleTargetRef')).toEqual({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      name: 'checkout',
    })
    expect(fields(find('Rollout').spec)).not.toHaveProperty('replicas')
    expect(fields(find('Deployment').spec)).not.toHaveProperty('replicas')
    const byPods = synth(argoedByPods)
    expect(byPods.find('Rollout').spec).toMatchObject({ replicas: 10 })
    expect(fields(byPods.find('Deployment').spec)).not.toHaveProperty('replicas')
  })

  it('keeps Flux from writing over what Argo Rollouts writes', () => {
    const kept = objects
      .filter(({ metadata }) => metadata.annotations?.['kustomize.toolkit.fluxcd.io/ssa'])
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    expect(kept.sort()).toEqual([
      'HTTPRoute checkout',
      'Service checkout-canary',
      'Service checkout-stable',
    ])
  })
})

const nothing = { minimumSamples: 1, compareWithStable: false }
const hold = Duration.minutes(1)
const asked = (props: object) =>
  query({
    name: 'queue',
    query: 'max(q{service="$service"})',
    atMost: 1,
    noData: 'abort',
    ...props,
  })
const prometheus = 'http://prometheus:9090'
const gates = { url: 'https://lockstep.example.com' }

describe.each<
  readonly [engine: string, what: string, props: Partial<CanaryRolloutProps>, complaint: RegExp]
>([
  [
    'Flagger',
    'another router',
    { traffic: ingress({ className: 'n', hostname: 'a.example.com', tlsSecret: 't' }) },
    /'traffic' must be what Flagger is told to steer by.*gatewayApi/,
  ],
  ['Flagger', 'a fixed number of pods', { replicas: fixed(3) }, /'replicas' must be autoscaled/],
  [
    'Flagger',
    'a selector that was adopted',
    { adopt: { name: 'old', selector: { component: 'web' } } },
    /'adopt.selector' has no label that Flagger tells stable from the canary by/,
  ],
  [
    'Flagger',
    'a mark',
    { steps: [{ match: { header: 'x', value: 'y' }, hold }, { weight: 5 }] },
    /'steps\[0\].match' cannot be done: Flagger sends/,
  ],
  [
    'Flagger',
    'pods without requests',
    { steps: [{ scale: 9, hold }, { weight: 50 }] },
    /'steps\[0\].scale' cannot be done: Flagger gives/,
  ],
  [
    'Flagger',
    'holds that differ',
    {
      steps: [
        { weight: 5, hold },
        { weight: 50, hold: Duration.minutes(2) },
      ],
    },
    /'steps\[1\].hold' must be the 60 s of the first step/,
  ],
  [
    'Flagger',
    'a short hold',
    { steps: [{ weight: 5, hold: Duration.seconds(9) }] },
    /'steps\[0\].hold' must be at least 10 s/,
  ],
  [
    'Flagger',
    'an approval',
    { steps: [{ weight: 5, hold, approval: 'qa' }] },
    /'steps\[0\].approval' cannot be given: a yes is kept in the record of a release, and one by Flagger has no.*STOP/,
  ],
  [
    'Flagger',
    'an approval before a step',
    {
      steps: [
        { weight: 5, hold },
        { weight: 9, approveBefore: 'qa' },
      ],
    },
    /'steps\[1\].approveBefore' cannot be given/,
  ],
  [
    'Flagger',
    'a query without Prometheus',
    { engine: flagger({ gates }) },
    /'engine.prometheus' is needed/,
  ],
  [
    'Flagger',
    'an address with a path behind',
    { engine: flagger({ prometheus, gates: { url: 'lockstep.example.com' } }) },
    /'engine.gates.url' must be an http or https address/,
  ],
  [
    'Flagger',
    'an unknown option',
    { engine: flagger({ prometheus, gates, gate: 1 } as never) },
    /'engine.gate' is not an option here/,
  ],
  [
    'Flagger',
    'a comparison',
    { analysis: [successRate({ atLeast: 99, minimumSamples: 1 })] },
    /'analysis\[0\].compareWithStable' cannot be done/,
  ],
  [
    'Flagger',
    'a number of samples',
    { analysis: [successRate({ atLeast: 99, compareWithStable: false })] },
    /'analysis\[0\].minimumSamples' cannot be done/,
  ],
  [
    'Flagger',
    'a metric from a later step on',
    { analysis: [successRate({ atLeast: 99, fromStep: 2, ...nothing })] },
    /'analysis\[0\].fromStep' cannot be done/,
  ],
  [
    'Flagger',
    'a metric of a step',
    { steps: [{ weight: 5, hold, analysis: [successRate({ atLeast: 99, ...nothing })] }] },
    /'steps\[0\].analysis\[0\].untilStep' cannot be done/,
  ],
  [
    'Flagger',
    'waiting without data',
    { analysis: [asked({ noData: 'hold' })] },
    /'analysis\[0\].noData' cannot be done/,
  ],
  [
    'Flagger',
    'a query for samples',
    { analysis: [asked({ samples: 'count(q{service="$service"})' })] },
    /'analysis\[0\].samples' cannot be done/,
  ],
  [
    'Flagger',
    'a query by track',
    { analysis: [asked({ query: 'max(q{track="$track"})' })] },
    /uses \$track/,
  ],
  [
    'Flagger',
    'a query of both tracks',
    { analysis: [asked({ query: 'max(q{pod=~"$deployment-.*"})' })] },
    /selects pods of checkout-primary too/,
  ],
  [
    'Flagger',
    'a query with a name',
    { analysis: [asked({ name: 'The queue' })] },
    /'analysis\[0\].name' becomes the name of an object/,
  ],
  [
    'Argo Rollouts',
    'another router',
    { traffic: ingress({ className: 'n', hostname: 'a.example.com', tlsSecret: 't' }) },
    /'traffic' must be what Argo Rollouts is told to steer by/,
  ],
  [
    'Argo Rollouts',
    'an own metric',
    { analysis: [successRate({ atLeast: 99, ...nothing })] },
    /'analysis\[0\]' cannot be done: Argo Rollouts has no figures/,
  ],
  [
    'Argo Rollouts',
    'a query without Prometheus',
    { engine: argoRollouts({ gates }) },
    /'engine.prometheus' is needed/,
  ],
  [
    'Argo Rollouts',
    'an approval',
    { steps: [{ weight: 5, hold, approval: 'qa' }] },
    /'steps\[0\].approval' cannot be given: .*one by Argo Rollouts has no record/,
  ],
  [
    'Argo Rollouts',
    'a comparison',
    { analysis: [asked({ compareWithStable: true })] },
    /'analysis\[0\].compareWithStable' cannot be done/,
  ],
  [
    'Argo Rollouts',
    'what is no engine',
    { engine: {} as never },
    /'engine' must be made by flagger\(\) or argoRollouts\(\)/,
  ],
])('%s cannot do %s', (engine, _, props, complaint) => {
  it('and says so at synth, with what to write instead', () => {
    const base = engine === 'Flagger' ? flaggered : argoed
    expect(complaints({ ...base, ...props }).join('\n')).toMatch(complaint)
  })
})

it.each([
  [
    'what it cannot do',
    { ...flagger(), problems: () => 'nothing' },
    /'engine.problems' must return/,
  ],
  ['what it has made', { ...flagger(), problems: () => [], emit: () => {} }, /'engine.emit' must/],
])('an engine of the user that does not say %s is a mistake', (_, engine, complaint) => {
  expect(complaints({ ...flaggered, engine: engine as never }).join('\n')).toMatch(complaint)
})

it.each([
  ['Flagger', '$deployment-[0-9a-z]+-[0-9a-z]+'],
  ['Flagger', '$deployment'],
  ['Flagger', '(other)-.*'],
])('%s measures the canary alone by pods like %s', (_, pods) => {
  const analysis = [asked({ query: `max(q{pod=~"${pods}",service="$service"})` })]
  expect(complaints({ ...flaggered, analysis })).toEqual([])
})

it.each([
  ['Flagger', flagger, flaggered],
  ['Argo Rollouts', argoRollouts, argoed],
])('%s keeps freeze windows by gates alone', (_, engine, props) => {
  const plain = { ...props, steps: [{ weight: 5, hold }], engine: engine({ prometheus }) }
  const frozen = { freezeWindows: [weekend] }
  const define = () => Testing.synth((test) => new CanaryRollout(test, 'checkout', plain), frozen)
  expect(define).toThrow(/'engine.gates' is needed for the freeze windows of the environment/)
})
