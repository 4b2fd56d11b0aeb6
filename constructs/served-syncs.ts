import { list } from './collection-shapes.ts'
import { record, required } from './options.ts'
import { oneOf, text } from './value-shapes.ts'

const SYNC_ENGINES = ['flux', 'argocd'] as const
export type SyncEngine = (typeof SYNC_ENGINES)[number]

/** Kustomizations of Flux, or Applications of Argo CD, in the cluster that the apps are in. */
export interface ServedSyncs {
  /** Which kind of them. They are read and never changed. */
  readonly engine: SyncEngine

  /** Where they are: `flux-system`, `argocd`. */
  readonly namespace: string

  /** As `FluxSync` and `ArgoSync` call them: `prod-workloads-shop`, `prod-traffic-shop`. */
  readonly names: readonly string[]
}

export const SERVED_SYNCS = record<ServedSyncs>(
  {
    engine: required(oneOf(SYNC_ENGINES), 'flux'),
    namespace: required(text('flux-system'), 'missing'),
    names: required(list(text('prod-traffic-shop')), []),
  },
  "{ engine: 'flux', namespace: 'flux-system', names: ['prod-workloads-shop', 'prod-traffic-shop'] }",
)
