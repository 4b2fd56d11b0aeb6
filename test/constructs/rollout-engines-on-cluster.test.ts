import { beforeAll, expect, it } from 'vitest'
import { CanaryRollout, type CanaryRolloutProps } from '../../constructs/index.ts'
import { Testing } from '../../constructs/testing.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { gatewayApiDefinitions } from '../control-plane/gateway-api.ts'
import { rolloutEngineDefinitions } from '../control-plane/rollout-engine-definitions.ts'
import { argoed, argoedByPods, flaggered } from './engine-fixtures.ts'

/** Wherever the suite's namespace is. */
const anywhere = ({ metadata, ...object }: KubernetesObject): KubernetesObject => {
  const { namespace: _, ...rest } = metadata
  return { ...object, metadata: rest } as KubernetesObject
}

const objectsOf = (props: CanaryRolloutProps): readonly KubernetesObject[] =>
  Testing.synth((test) => new CanaryRollout(test, 'checkout', props)).objects.map(anywhere)

describeWithCluster('Objects of other engines on the real API server', (cluster) => {
  beforeAll(async () => {
    await cluster.apply([...(await rolloutEngineDefinitions()), ...(await gatewayApiDefinitions())])
  }, 180_000)

  it.each([
    ['Flagger', flaggered],
    ['Argo Rollouts', argoed],
    ['Argo Rollouts without a router', argoedByPods],
  ])('are those that %s has defined, field by field', async (_, props) => {
    for (const object of objectsOf(props)) {
      const verdict = await cluster.dryRun(object)
      const name = `${object.kind} ${object.metadata.name}`
      expect({ name, ...verdict }).toMatchObject({ name, accepted: true, warnings: [] })
    }
  })

  it('would be refused with a field that there is not', async () => {
    for (const [kind, props] of [
      ['Canary', flaggered],
      ['Rollout', argoed],
      ['AnalysisTemplate', argoed],
      ['MetricTemplate', flaggered],
    ] as const) {
      const object = objectsOf(props).find((each) => each.kind === kind)
      const wrong = { ...object, spec: { ...(object?.spec as object), speed: 'high' } }
      const verdict = await cluster.dryRun(wrong as unknown as KubernetesObject)
      expect(verdict.message).toContain('.spec.speed: field not declared in schema')
    }
  })
})
