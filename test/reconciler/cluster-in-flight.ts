import { identityOf } from '../../manifests/identity.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { abortLive, type LiveAbortResult } from '../../reconciler/abort-live.ts'
import { ClusterObjects } from '../../reconciler/cluster-objects.ts'
import {
  type LiveAbortPlan,
  type PlanLiveAbortProps,
  planLiveAbort,
} from '../../reconciler/plan-live-abort.ts'
import { resourcePath } from '../../reconciler/resource-path.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import type { Rollout, Stage } from '../../rollouts/record.ts'
import type { LiveWorld } from '../rollouts/live-world.ts'
import { soundPlan } from '../rollouts/plan-fixture.ts'
import { worldInFlight } from '../rollouts/world-in-flight.ts'
import { MemoryApiServer } from './memory-api-server.ts'
import { attached } from './release-fixture.ts'

export const KUSTOMIZATIONS =
  '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations'
export const SOURCES = '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories'
export const APPLICATIONS = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications'
export const ROUTE = '/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/checkout'
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments'
export const TRAFFIC = `${KUSTOMIZATIONS}/prod-traffic-shop`

/** Both tracks have pods, and the canary has requests by weight and by a mark. */
export const LIVE: Stage = { phase: 'progressing', step: 4, part: 'live' }

export interface ClusterInFlight {
  readonly api: MemoryApiServer
  readonly world: LiveWorld
  readonly rollout: Rollout
  /** As `lockstep rollout abort --live`, but looks without pauses. */
  readonly abort: (props?: Partial<PlanLiveAbortProps>) => Promise<LiveAbortResult & LiveAbortPlan>
}

/** `shop/checkout` in a stage of its rollout, in a cluster whose API is in memory, synced by Flux. */
export function clusterInFlight(
  stage: Stage = LIVE,
  plan: RolloutPlan = soundPlan,
): ClusterInFlight {
  const isRouted = plan.spec.router.type === 'route'
  const parts = (objects: KubernetesObject[]) =>
    attached(objects).filter(({ kind }) => isRouted || kind !== 'HTTPRoute')
  const { world, rollout } = worldInFlight({ plan, stage, parts })
  const api = new MemoryApiServer()
  for (const object of world.objects.values()) {
    const path = resourcePath(identityOf(object))
    if (path !== undefined) api.put(path.slice(0, path.lastIndexOf('/')), syncedByFlux(object))
  }
  api.put(KUSTOMIZATIONS, kustomization('prod-traffic-shop'))
  api.put(KUSTOMIZATIONS, kustomization('prod-workloads-shop'))
  return {
    api,
    world,
    rollout,
    abort: async (props = {}) => {
      const objects = new ClusterObjects(api.client)
      const app = { namespace: 'shop', name: 'checkout' }
      const live = await planLiveAbort({ objects, app, reason: 'customers complain', ...props })
      const patience = { everyMs: 0, quietLooks: 2, mostLooks: 20 }
      return { ...live, ...(await abortLive({ objects, plan: live, patience })) }
    },
  }
}

const FLUX = 'kustomize.toolkit.fluxcd.io'

const syncedByFlux = (object: KubernetesObject): KubernetesObject => {
  const isTraffic = ['HTTPRoute', 'Service'].includes(object.kind)
  const name = isTraffic ? 'prod-traffic-shop' : 'prod-workloads-shop'
  return withMetadata(object, {
    labels: { [`${FLUX}/name`]: name, [`${FLUX}/namespace`]: 'flux-system' },
  })
}

/** With labels and annotations besides those that it has. */
export const withMetadata = (
  object: KubernetesObject,
  more: Pick<KubernetesObject['metadata'], 'labels' | 'annotations'>,
): KubernetesObject => {
  const { metadata } = object
  const labels = { ...metadata.labels, ...more.labels }
  const annotations = { ...metadata.annotations, ...more.annotations }
  return { ...object, metadata: { ...metadata, labels, annotations } }
}

/** A Kustomization that has applied the Services of two apps: `prod-traffic-shop` from that folder. */
export const kustomization = (name: string): KubernetesObject => ({
  apiVersion: `${FLUX}/v1`,
  kind: 'Kustomization',
  metadata: { name, namespace: 'flux-system' },
  spec: {
    interval: '10m',
    path: `./${name.replaceAll('-', '/')}`,
    sourceRef: { kind: 'GitRepository', name: 'deploy' },
  },
  status: {
    conditions: [{ type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded' }],
    inventory: {
      entries: ['checkout', 'checkout-stable', 'checkout-canary', 'web'].map((service) => ({
        id: `shop_${service}__Service`,
        v: 'v1',
      })),
    },
  },
})

/** What Flux has of a branch: a commit. */
export const gitRepository = (commit: string, name = 'deploy'): KubernetesObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name, namespace: 'flux-system' },
  status: { artifact: { revision: `deploy@sha1:${commit}` } },
})

export const application = (name: string): KubernetesObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd' },
  spec: { project: 'default' },
  status: {
    resources: ['checkout', 'web'].map((service) => ({
      kind: 'Service',
      namespace: 'shop',
      name: service,
    })),
  },
})

/** As whoever applies a field again and again. */
export const declaring = (object: KubernetesObject, fieldsV1: object): KubernetesObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    managedFields: [{ manager: 'kustomize-controller', operation: 'Apply', fieldsV1 }],
  },
})
