import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { Labels } from '../../manifests/label-selector.ts'

export const ownSelector: Labels = {
  'app.kubernetes.io/name': 'checkout',
  'app.kubernetes.io/instance': 'checkout',
}

const metadata = (name: string) => ({
  name,
  namespace: 'shop',
  labels: { ...ownSelector, 'app.kubernetes.io/version': '1.4', owner: 'shop-team' },
})

/** The objects of a canaried app at rest, as far as a rollout looks at them. */
export function appAtRest(selector = ownSelector, budget: object = { maxUnavailable: '10%' }) {
  const own = { matchLabels: selector }
  const deployment: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata('checkout'),
    spec: {
      replicas: 3,
      selector: own,
      template: {
        metadata: {
          labels: { ...ownSelector, ...selector, track: 'stable', owner: 'shop-team' },
          annotations: { note: 'kept' },
        },
        spec: {
          containers: [{ name: 'checkout', image: 'registry.example.com/shop/checkout:1.4' }],
          volumes: [{ name: 'config', configMap: { name: 'checkout-config' } }],
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: own },
                },
                {
                  weight: 1,
                  podAffinityTerm: {
                    topologyKey: 'kubernetes.io/hostname',
                    labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'ledger' } },
                  },
                },
              ],
            },
          },
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', labelSelector: own },
          ],
        },
      },
    },
  }
  const autoscaler: KubernetesObject = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata('checkout'),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' },
      minReplicas: 3,
      maxReplicas: 30,
    },
  }
  const disruptionBudget: KubernetesObject = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata('checkout'),
    spec: { ...budget, selector: own, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  }
  const route: KubernetesObject = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadata('checkout'),
    spec: {
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [
            { name: 'checkout-stable', port: 80, weight: 100 },
            { name: 'checkout-canary', port: 80, weight: 0 },
          ],
        },
      ],
    },
  }
  const configMap: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata('checkout-config'),
    data: { 'checkout.yaml': 'currency: KRW\n' },
  }
  return { deployment, autoscaler, disruptionBudget, route, configMap }
}
