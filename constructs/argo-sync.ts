import type { IApplication } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application'
import { Construct } from 'constructs'
import type { EmittedObject } from './emitted-object.ts'
import { Mistakes } from './mistakes.ts'
import { type Options, optional, readOptions, record, required } from './options.ts'
import { placeOf } from './place.ts'
import { emitSyncObjects, SYNC_OPTIONS, type SyncMetadata, type SyncProps } from './sync-objects.ts'
import type { SyncUnit } from './sync-units.ts'
import { text } from './value-shapes.ts'
import type { Written } from './written.ts'

/** The deploy branch, as Argo CD reaches it. */
export interface ArgoSource {
  /** `https://git.example.com/shop/deploy.git`. */
  readonly url: string

  /**
   * @default 'deploy'
   */
  readonly branch?: string
}

export interface ArgoSyncProps extends SyncProps {
  /** Where Argo CD reads the branch that publish writes to. It needs credentials of its own for that. */
  readonly source: ArgoSource

  /**
   * AppProject that bounds what the Applications apply, and where.
   *
   * @default 'default'
   */
  readonly project?: string

  /**
   * Name of the cluster, as Argo CD knows it.
   *
   * @default 'in-cluster' - the one that Argo CD itself runs in
   */
  readonly cluster?: string
}

const SOURCE = record<ArgoSource>(
  {
    url: required(text('https://git.example.com/shop/deploy.git'), 'https://missing.invalid'),
    branch: optional(text('deploy')),
  },
  "{ url: 'https://git.example.com/shop/deploy.git' }",
)

const ARGO_SYNC_OPTIONS = {
  ...SYNC_OPTIONS,
  source: required(SOURCE, { url: 'https://missing.invalid' }),
  project: optional(text('shop')),
  cluster: optional(text('prod-seoul')),
} satisfies Options<ArgoSyncProps>

/**
 * Lets Argo CD keep an environment in sync: an Application for each part of it. Make it in an
 * environment of the cluster's own, in the namespace of Argo CD.
 *
 * - **Workloads and traffic are Applications apart**, without sync waves between them: whatever
 *   hangs in a workload, a commit that sends traffic elsewhere is applied at once.
 * - **Automated**, with `prune`, `selfHeal`, and `allowEmpty`: the last app of a folder may go too.
 * - **Folders are read recursively as plain manifests**; nothing is rendered by Argo CD.
 * - **No `ignoreDifferences` on `replicas`:** an autoscaled app has no such field in Git, so there is
 *   nothing to ignore, and in one with a fixed number a change by hand is to be put back.
 * - **Server-side apply,** so that fields that Git does not have stay with whoever owns them.
 * - A sync that failed is tried again until it succeeds: on the first one, apps may come before the
 *   namespaces that they are in.
 */
export class ArgoSync extends Construct {
  /** In the order of the folders that they sync. */
  readonly applications: readonly EmittedObject<IApplication>[]

  constructor(scope: Construct, id: string, given: ArgoSyncProps) {
    super(...placeOf(scope, id))
    const mistakes = new Mistakes(this)
    const props = readOptions<ArgoSyncProps>(given, ARGO_SYNC_OPTIONS, mistakes)
    this.applications = emitSyncObjects<IApplication>(this, props, mistakes, (unit, metadata) =>
      application(unit, metadata, props),
    )
  }
}

/** Deletes what the Application has applied when it is deleted itself, as Flux does. */
const CASCADE = 'resources-finalizer.argocd.argoproj.io'

const application = (
  { folder }: SyncUnit,
  metadata: SyncMetadata,
  { source, project = 'default', cluster = 'in-cluster', prune = true }: ArgoSyncProps,
): Written<IApplication> => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { ...metadata, finalizers: prune ? [CASCADE] : undefined },
  spec: {
    project,
    destination: { name: cluster },
    source: {
      repoURL: source.url,
      targetRevision: source.branch ?? 'deploy',
      path: folder,
      directory: { recurse: true },
    },
    syncPolicy: {
      automated: { prune, selfHeal: true, allowEmpty: true },
      syncOptions: ['ServerSideApply=true'],
      // Below zero is without end.
      retry: { limit: -1, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } },
    },
  },
})
