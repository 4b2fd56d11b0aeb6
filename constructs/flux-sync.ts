import type { IKustomization } from '@kubernetes-models/flux-cd/kustomize.toolkit.fluxcd.io/v1/Kustomization'
import { Duration } from 'cdk8s'
import { Construct } from 'constructs'
import type { EmittedObject } from './emitted-object.ts'
import { Mistakes } from './mistakes.ts'
import { type Options, optional, readOptions, record, required } from './options.ts'
import { placeOf } from './place.ts'
import { emitSyncObjects, SYNC_OPTIONS, type SyncMetadata, type SyncProps } from './sync-objects.ts'
import type { SyncUnit } from './sync-units.ts'
import { flag, lasting, oneOf, text } from './value-shapes.ts'
import type { Written } from './written.ts'

/** The Flux source that follows the deploy branch. Made once, with the cluster. */
export interface FluxSource {
  /**
   * @default 'GitRepository'
   */
  readonly kind?: 'GitRepository' | 'OCIRepository' | 'Bucket'

  readonly name: string

  /**
   * @default - the namespace of the Kustomizations
   */
  readonly namespace?: string
}

export interface FluxSyncProps extends SyncProps {
  /** Must follow the branch that publish writes to, from its root. */
  readonly source: FluxSource

  /**
   * How often the cluster is compared with Git although nothing was pushed, which puts back what
   * somebody changed by hand. Each time costs a dry run of every object. A push never waits for it.
   *
   * @default Duration.minutes(10)
   */
  readonly interval?: Duration

  /**
   * How soon a failed apply is tried again without a push. On the first sync of a cluster this is
   * how long apps wait for the namespaces that they are in.
   *
   * @default Duration.seconds(15)
   */
  readonly retryInterval?: Duration

  /**
   * Longest time for one apply, and with `wait` for all pods to be ready after it.
   *
   * @default Duration.minutes(2)
   */
  readonly timeout?: Duration

  /**
   * Whether the Kustomizations of workloads are ready only when everything in them is. While one
   * waits it applies no newer push: a fix for an app that never becomes ready waits for the whole
   * `timeout`. Those of traffic never wait.
   *
   * @default false
   */
  readonly wait?: boolean

  /**
   * ServiceAccount, in the namespace of the Kustomizations, whose rights bound what they apply.
   *
   * @default - those of kustomize-controller, usually everything
   */
  readonly serviceAccountName?: string
}

const SOURCE = record<FluxSource>(
  {
    kind: optional(oneOf(['GitRepository', 'OCIRepository', 'Bucket'])),
    name: required(text('deploy'), 'missing'),
    namespace: optional(text('flux-system')),
  },
  "{ name: 'deploy' }",
)

const FLUX_SYNC_OPTIONS = {
  ...SYNC_OPTIONS,
  source: required(SOURCE, { name: 'missing' }),
  interval: optional(lasting(1, 'Duration.minutes(10)')),
  retryInterval: optional(lasting(1, 'Duration.seconds(15)')),
  timeout: optional(lasting(1, 'Duration.minutes(2)')),
  wait: optional(flag),
  serviceAccountName: optional(text('deployer')),
} satisfies Options<FluxSyncProps>

/**
 * Lets Flux keep an environment in sync: a Kustomization for each part of it. Make it in an
 * environment of the cluster's own, whose folder is what Flux is pointed at.
 *
 * - **Workloads and traffic are Kustomizations apart**, and none `dependsOn` another: whatever hangs
 *   in a workload, a commit that sends traffic elsewhere is applied at once.
 * - **`wait` is off.** A Kustomization that waits for health applies nothing else meanwhile.
 *   Lockstep reads from the objects themselves whether they are ready.
 * - **The blast radius of a bad object is its Kustomization.** When the API server refuses one, or a
 *   file is no YAML, no other object of the same Kustomization is applied until it is mended; other
 *   Kustomizations go on. `split` chooses how much that is.
 * - **Every push wakes every Kustomization** of the source, whatever it changed, so a finer split
 *   makes each push cost more, and a Kustomization's last applied revision says that it has seen a
 *   commit, not that the commit was about it.
 */
export class FluxSync extends Construct {
  /** In the order of the folders that they sync. */
  readonly kustomizations: readonly EmittedObject<IKustomization>[]

  constructor(scope: Construct, id: string, given: FluxSyncProps) {
    super(...placeOf(scope, id))
    const mistakes = new Mistakes(this)
    const props = readOptions<FluxSyncProps>(given, FLUX_SYNC_OPTIONS, mistakes)
    this.kustomizations = emitSyncObjects<IKustomization>(this, props, mistakes, (unit, metadata) =>
      kustomization(unit, metadata, props),
    )
  }
}

const kustomization = (
  { folder, isTraffic }: SyncUnit,
  metadata: SyncMetadata,
  props: FluxSyncProps,
): Written<IKustomization> => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata,
  spec: {
    interval: goDuration(props.interval ?? Duration.minutes(10)),
    retryInterval: goDuration(props.retryInterval ?? Duration.seconds(15)),
    timeout: goDuration(props.timeout ?? Duration.minutes(2)),
    sourceRef: {
      kind: props.source.kind ?? 'GitRepository',
      name: props.source.name,
      namespace: props.source.namespace,
    },
    path: `./${folder}`,
    prune: props.prune ?? true,
    wait: (props.wait ?? false) && !isTraffic,
    serviceAccountName: props.serviceAccountName,
  },
})

/** As Go writes it: `10m`, `90s`. */
function goDuration(duration: Duration): string {
  const seconds = duration.toSeconds({ integral: false })
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}
