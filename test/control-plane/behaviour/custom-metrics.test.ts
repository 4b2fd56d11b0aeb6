import { beforeAll, expect, it } from 'vitest'
import { at, items } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { Autoscaled } from './autoscaled.ts'
import { conditionOf } from './conditions.ts'

const JOBS = 'jobs-waiting'
const REQUESTS = 'requests-per-second'

const METRICS = [
  {
    type: 'Pods',
    pods: { metric: { name: JOBS }, target: { type: 'AverageValue', averageValue: '10' } },
  },
  {
    type: 'Object',
    object: {
      describedObject: { apiVersion: 'v1', kind: 'Service', name: 'web' },
      metric: { name: REQUESTS },
      target: { type: 'AverageValue', averageValue: '100' },
    },
  },
]

const comesTo = (pods: number) =>
  function comesTo({ status }: KubernetesObject): boolean {
    return at(status, 'desiredReplicas') === pods && at(status, 'currentReplicas') === pods
  }

describeWithNodes(
  'An autoscaler that a patch makes follow what an app says of itself',
  (cluster) => {
    let web: Autoscaled
    beforeAll(async () => {
      web = await Autoscaled.deploy(cluster, {
        min: 3,
        max: 9,
        patch: ({ spec }) => {
          Object.assign(spec, { metrics: METRICS })
        },
      })
    })

    it('says so while nobody has said anything', async () => {
      const seen = await cluster.until(web.autoscaler, function lacksMetrics(autoscaler) {
        return conditionOf(autoscaler, 'ScalingActive')?.status === 'False'
      })
      expect(conditionOf(seen, 'ScalingActive')).toMatchObject({ reason: 'FailedGetPodsMetric' })
    })

    it('counts what its pods say', async () => {
      await cluster.metrics.set(web.find('Service'), { itself: { [REQUESTS]: 250 } })
      await cluster.metrics.set(web.deployment, { pods: { [JOBS]: { shared: 60 } } })

      const seen = await cluster.until(web.autoscaler, comesTo(6))

      expect(await web.replicas()).toBe(6)
      expect(conditionOf(seen, 'ScalingActive')).toMatchObject({ status: 'True' })
    })

    it('counts what is said of its Service, and takes the larger of both', async () => {
      await cluster.metrics.set(web.find('Service'), { itself: { [REQUESTS]: 710 } })

      const seen = await cluster.until(web.autoscaler, comesTo(8))

      expect(await web.replicas()).toBe(8)
      expect(items(at(seen.status, 'currentMetrics')).map((metric) => at(metric, 'type'))).toEqual([
        'Pods',
        'Object',
      ])
    })
  },
)
