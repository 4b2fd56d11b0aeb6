import fc from 'fast-check'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'

type Rule = 'nothing' | 'prefers even' | 'demands even' | 'prefers alone' | 'demands alone'

const rule = fc.constantFrom<Rule[]>(
  'nothing',
  'prefers even',
  'demands even',
  'prefers alone',
  'demands alone',
)

const placement = fc.record({
  replicas: fc.integer({ min: 1, max: 8 }),
  zone: rule,
  host: rule,
  maxSkew: fc.integer({ min: 1, max: 2 }),
})

/** Always the same ones: what the scheduler makes of them is to be compared, not hunted for. */
const SEED = 20_260_131

/** Deployments that differ in size and in what they say about where their pods may be. */
export const generatedDeployments = (count: number): readonly KubernetesObject[] =>
  fc
    .sample(placement, { numRuns: count, seed: SEED })
    .map(({ replicas, zone, host, maxSkew }, index) => {
      const name = `n${replicas}-zone-${zone}-host-${host}-skew${maxSkew}-${index}`.replaceAll(
        ' ',
        '-',
      )
      const matchLabels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name }
      const rules = [
        { topologyKey: 'topology.kubernetes.io/zone', says: zone },
        { topologyKey: 'kubernetes.io/hostname', says: host },
      ]
      const labelSelector = { matchLabels }
      return {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace: 'test' },
        spec: {
          replicas,
          selector: { matchLabels },
          template: {
            metadata: { labels: matchLabels },
            spec: {
              containers: [{ ...CONTAINER, name }],
              topologySpreadConstraints: rules
                .filter(({ says }) => says.endsWith('even'))
                .map(({ topologyKey, says }) => ({
                  topologyKey,
                  labelSelector,
                  maxSkew,
                  whenUnsatisfiable: says === 'demands even' ? 'DoNotSchedule' : 'ScheduleAnyway',
                })),
              affinity: {
                podAntiAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: rules
                    .filter(({ says }) => says === 'demands alone')
                    .map(({ topologyKey }) => ({ topologyKey, labelSelector })),
                  preferredDuringSchedulingIgnoredDuringExecution: rules
                    .filter(({ says }) => says === 'prefers alone')
                    .map(({ topologyKey }) => ({
                      weight: 100,
                      podAffinityTerm: { topologyKey, labelSelector },
                    })),
                },
              },
            },
          },
        },
      }
    })

const CONTAINER = {
  image: 'example.com/app:1',
  resources: { requests: { cpu: '100m', memory: '128Mi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
}
