import type { ISecret } from 'cdk8s-plus-27'
import { Construct } from 'constructs'
import { isRecord } from '../manifests/kubernetes-object.ts'
import type { CanaryRollout } from './canary-rollout.ts'
import { list } from './collection-shapes.ts'
import { givenOptions } from './given-options.ts'
import { optional, record, required } from './options.ts'
import { PEER, type Peer } from './peer.ts'
import { SERVED_SYNCS, type ServedSyncs } from './served-syncs.ts'
import { choice, type Shape, shape } from './shape.ts'
import { oneOf, reference, text } from './value-shapes.ts'

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

/** A sender of webhooks, in the words of docs/webhooks.md. */
export interface ServedWebhook {
  readonly kind: WebhookKind
  /** Existing Secret that has under `secret` what the sender proves itself by. */
  readonly secret: ISecret
}

const KINDS = [
  'flux',
  'argocd',
  'flagger',
  'argo-rollouts',
  'alertmanager',
  'github',
  'gitlab',
] as const
export type WebhookKind = (typeof KINDS)[number]

/** A deploy repository, by its host. */
export type DeployRepository =
  | { readonly github: GitHubRepositoryProps }
  | { readonly gitlab: GitLabRepositoryProps }
  | { readonly http: HttpRepositoryProps }

export interface GitHubRepositoryProps {
  /** `acme/deploy`. */
  readonly repository: string

  /**
   * The GitHub App that writes.
   *
   * @default - a token
   */
  readonly app?: GitHubAppReference
}

export interface GitHubAppReference {
  readonly appId: string
  readonly installationId: string
}

export interface GitLabRepositoryProps {
  /** `platform/deploy`, with all groups. */
  readonly project: string
  /**
   * @default 'https://gitlab.com'
   */
  readonly instance?: string
  readonly author: CommitAuthor
}

export interface HttpRepositoryProps {
  /** As for `git clone`. */
  readonly url: string
  /** Beside the token: whatever the host asks for. */
  readonly username: string
  readonly author: CommitAuthor
}

/** In whose name commits are made. */
export interface CommitAuthor {
  readonly name: string
  readonly email: string
}

/** A repository of GitHub, which signs every commit. */
export const githubRepository = (props: GitHubRepositoryProps): DeployRepository => ({
  github: givenOptions(props) as GitHubRepositoryProps,
})

/** A project of GitLab. */
export const gitlabRepository = (props: GitLabRepositoryProps): DeployRepository => ({
  gitlab: givenOptions(props) as GitLabRepositoryProps,
})

/** A repository of any other host, by HTTP. */
export const httpRepository = (props: HttpRepositoryProps): DeployRepository => ({
  http: givenOptions(props) as HttpRepositoryProps,
})

const AUTHOR = record<CommitAuthor>(
  {
    name: required(text('Lockstep'), 'missing'),
    email: required(text('lockstep@example.com'), 'missing'),
  },
  "{ name: 'Lockstep', email: 'lockstep@example.com' }",
)

const STAND_IN_AUTHOR: CommitAuthor = { name: 'missing', email: 'missing' }

const ADDRESS = (example: string): Shape<string> =>
  shape({
    expected: 'an address that begins with https://, or http:// inside of the cluster',
    example: `'${example}'`,
    is: (value) => typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
  })

const GITHUB = record<{ readonly github: GitHubRepositoryProps }>(
  {
    github: required(
      record<GitHubRepositoryProps>(
        {
          repository: required(text('acme/deploy'), 'missing/missing'),
          app: optional(
            record<GitHubAppReference>(
              {
                appId: required(text('Iv23liExample'), 'missing'),
                installationId: required(text('4242424'), 'missing'),
              },
              "{ appId: 'Iv23liExample', installationId: '4242424' }",
            ),
          ),
        },
        "{ repository: 'acme/deploy' }",
      ),
      { repository: 'missing/missing' },
    ),
  },
  "githubRepository({ repository: 'acme/deploy' })",
)

const GITLAB = record<{ readonly gitlab: GitLabRepositoryProps }>(
  {
    gitlab: required(
      record<GitLabRepositoryProps>(
        {
          project: required(text('platform/deploy'), 'missing/missing'),
          instance: optional(ADDRESS('https://gitlab.example.com')),
          author: required(AUTHOR, STAND_IN_AUTHOR),
        },
        "{ project: 'platform/deploy', author: { … } }",
      ),
      { project: 'missing/missing', author: STAND_IN_AUTHOR },
    ),
  },
  "gitlabRepository({ project: 'platform/deploy', author: { … } })",
)

const HTTP = record<{ readonly http: HttpRepositoryProps }>(
  {
    http: required(
      record<HttpRepositoryProps>(
        {
          url: required(
            ADDRESS('https://git.example.com/platform/deploy.git'),
            'https://missing.invalid',
          ),
          username: required(text('lockstep'), 'missing'),
          author: required(AUTHOR, STAND_IN_AUTHOR),
        },
        "{ url: 'https://…', username: '…', author: { … } }",
      ),
      { url: 'https://missing.invalid', username: 'missing', author: STAND_IN_AUTHOR },
    ),
  },
  "httpRepository({ url: 'https://…', username: '…', author: { … } })",
)

const REPOSITORY = choice<DeployRepository>({
  expected: 'made by githubRepository(), gitlabRepository() or httpRepository()',
  example: "githubRepository({ repository: 'acme/deploy' })",
  pick: (value) => {
    if (!isRecord(value)) return undefined
    if ('github' in value) return GITHUB
    if ('gitlab' in value) return GITLAB
    return 'http' in value ? HTTP : undefined
  },
})

/** By what it has, since an app may have its own copy of the package. */
const APP: Shape<CanaryRollout> = shape({
  expected: 'a CanaryRollout',
  example: 'checkout',
  is: (value) => Construct.isConstruct(value) && 'canaryService' in (value as object),
})

const SECRET = (name: string) =>
  reference<ISecret>(
    'an existing Secret of cdk8s-plus',
    `Secret.fromSecretName(scope, '${name}', '${name}')`,
  )

const MISSING_SECRET = { name: 'missing' } as ISecret

const METRICS = record<ServedMetrics>(
  {
    prometheus: required(ADDRESS('http://prometheus.monitoring:9090'), 'http://missing.invalid'),
    source: optional(oneOf(SOURCES)),
    peer: required(PEER, { peer: undefined, ports: [] }),
  },
  "{ prometheus: 'http://prometheus.monitoring:9090', peer: app('prometheus', { namespace: 'monitoring' }) }",
)

const WEBHOOK = record<ServedWebhook>(
  {
    kind: required(oneOf(KINDS), 'flux'),
    secret: required(SECRET('flux-webhook'), MISSING_SECRET),
  },
  "{ kind: 'flux', secret: … }",
)

export const SERVED_ROLLOUTS = record<ServedRollouts>(
  {
    apps: required(list(APP), []),
    repository: required(REPOSITORY, { github: { repository: 'missing/missing' } }),
    branch: required(text('deploy'), 'missing'),
    gitCredentials: required(SECRET('deploy-key'), MISSING_SECRET),
    metrics: optional(METRICS),
    syncs: optional(SERVED_SYNCS),
    webhooks: optional(list(WEBHOOK)),
  },
  "{ apps: [checkout], repository: githubRepository({ … }), branch: 'deploy', gitCredentials: … }",
)
