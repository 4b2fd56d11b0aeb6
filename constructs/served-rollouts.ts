import type { ISecret } from 'cdk8s-plus-27'
import { Construct } from 'constructs'
import type { CanaryRollout } from './canary-rollout.ts'
import { list } from './collection-shapes.ts'
import { type DeployRepository, REPOSITORY, STAND_IN_REPOSITORY } from './deploy-repository.ts'
import { existingSecret, MISSING_SECRET } from './existing-secret.ts'
import { FOLLOWED_IMAGES, type FollowedImages } from './followed-images.ts'
import { optional, record, required } from './options.ts'
import { PEER, type Peer } from './peer.ts'
import { SERVED_REGISTRY, type ServedRegistry } from './served-registry.ts'
import { SERVED_SYNCS, type ServedSyncs } from './served-syncs.ts'
import { SERVED_WEBHOOK, type ServedWebhook } from './served-webhook.ts'
import { type Shape, shape } from './shape.ts'
import { oneOf, text } from './value-shapes.ts'

/** Rollouts that a control plane looks at, of its environment. */
export interface ServedRollouts {
  /** Apps whose objects it may see, by their names. It may see no others, and change none. */
  readonly apps: readonly CanaryRollout[]

  /** Where the deploy branch is: made by `githubRepository`, `gitlabRepository` or `httpRepository`. */
  readonly repository: DeployRepository

  /** The branch that Flux or Argo CD watches. */
  readonly branch: string

  /**
   * Existing Secret that lets write to that branch: a token under `token`, or for a GitHub App its key
   * under `privateKey`, in PEM of PKCS #8.
   */
  readonly gitCredentials: ISecret

  /**
   * Where requests are measured.
   *
   * @default - nowhere: metrics of plans are inconclusive
   */
  readonly metrics?: ServedMetrics

  /**
   * What applies the apps. It may be read then, so that a wait also says why nothing comes.
   *
   * @default - nobody may see it: a wait says what is not there, and not why
   */
  readonly syncs?: ServedSyncs

  /**
   * Who may send webhooks, and what proves it.
   *
   * @default - nobody
   */
  readonly webhooks?: readonly ServedWebhook[]

  /**
   * Images that are followed: what their registries have is written into files of source repositories.
   *
   * @default - none
   */
  readonly images?: readonly FollowedImages[]

  /**
   * How registries of these images are reached.
   *
   * @default - each at its host, by nobody in particular
   */
  readonly registries?: readonly ServedRegistry[]
}

/** Prometheus, or what answers like it. */
export interface ServedMetrics {
  /** `http://prometheus.monitoring:9090`. */
  readonly prometheus: string

  /**
   * Who counts the requests.
   *
   * @default 'app'
   */
  readonly source?: MetricSourceName

  /** Who answers there: `app('prometheus', { namespace: 'monitoring', ports: [9090] })`. */
  readonly peer: Peer
}

const SOURCES = ['app', 'istio', 'linkerd', 'traefik', 'contour'] as const
export type MetricSourceName = (typeof SOURCES)[number]

/** By what it has, since an app may have its own copy of the package. */
const APP: Shape<CanaryRollout> = shape({
  expected: 'a CanaryRollout',
  example: 'checkout',
  is: (value) => Construct.isConstruct(value) && 'canaryService' in (value as object),
})

const PROMETHEUS = shape<string>({
  expected: 'an address that begins with https://, or http:// inside of the cluster',
  example: "'http://prometheus.monitoring:9090'",
  is: (value) => typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
})

const METRICS = record<ServedMetrics>(
  {
    prometheus: required(PROMETHEUS, 'http://missing.invalid'),
    source: optional(oneOf(SOURCES)),
    peer: required(PEER, { peer: undefined, ports: [] }),
  },
  "{ prometheus: 'http://prometheus.monitoring:9090', peer: app('prometheus', { namespace: 'monitoring' }) }",
)

export const SERVED_ROLLOUTS = record<ServedRollouts>(
  {
    apps: required(list(APP), []),
    repository: required(REPOSITORY, STAND_IN_REPOSITORY),
    branch: required(text('deploy'), 'missing'),
    gitCredentials: required(existingSecret('deploy-key'), MISSING_SECRET),
    metrics: optional(METRICS),
    syncs: optional(SERVED_SYNCS),
    webhooks: optional(list(SERVED_WEBHOOK)),
    images: optional(list(FOLLOWED_IMAGES)),
    registries: optional(list(SERVED_REGISTRY)),
  },
  "{ apps: [checkout], repository: githubRepository({ … }), branch: 'deploy', gitCredentials: … }",
)
