import { z } from 'zod'
import { KubernetesError } from '../../kubernetes/errors.ts'
import type { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { type Clock, systemClock } from '../../leases/clock.ts'
import {
  AuthorizationUnavailableError,
  type Authorizer,
  type RequestedAccess,
} from './authorizer.ts'
import { BriefCache } from './brief-cache.ts'
import type { Identity } from './identity.ts'

export interface SubjectAccessReviewsProps {
  /** As an account that may `create` `subjectaccessreviews` of `authorization.k8s.io`. */
  readonly client: KubernetesClient
  /**
   * For how long a yes counts, in milliseconds: it takes as long until a right that was taken away is
   * gone.
   *
   * @default 30_000 - three renewals of a hold of 30 s
   */
  readonly allowedMs?: number
  /**
   * For how long a no counts, in milliseconds: it takes as long until a right that was given is there.
   *
   * @default 5_000
   */
  readonly deniedMs?: number
  /** @default that of this machine */
  readonly clock?: Pick<Clock, 'monotonicMs'>
}

const PATH = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
const MOST_ANSWERS = 10_000

/**
 * Rights as Kubernetes grants them: RBAC on `locks` and `rollouts` of the group `lockstep.dev`, with
 * their own verbs, in a namespace or all, by name or all. To approve in a role is `approve` on the
 * subresource of its name: `rollouts/checkout-owners`. No such resource has to exist.
 *
 * What environment a rollout is of is not asked: this answers for one cluster.
 */
export class SubjectAccessReviews implements Authorizer {
  readonly #client: KubernetesClient
  readonly #allowedMs: number
  readonly #deniedMs: number
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #cache: BriefCache<boolean>

  constructor(props: SubjectAccessReviewsProps) {
    const { client, allowedMs = 30_000, deniedMs = 5_000, clock = systemClock } = props
    this.#client = client
    this.#allowedMs = allowedMs
    this.#deniedMs = deniedMs
    this.#clock = clock
    this.#cache = new BriefCache(MOST_ANSWERS, clock)
  }

  /** Whether it is that cluster whose rights these are. */
  isOf(client: KubernetesClient): boolean {
    return this.#client === client
  }

  async allows(identity: Identity, access: RequestedAccess, signal: AbortSignal): Promise<boolean> {
    const spec = specOf(identity, access)
    const key = JSON.stringify(spec)
    const known = this.#cache.get(key)
    if (known !== undefined) return known
    const askedAtMs = this.#clock.monotonicMs()
    const { allowed, evaluationError } = await this.#review(spec, signal)
    // A no that came with an error can be a yes as soon as that is over.
    if (allowed || evaluationError === undefined) {
      this.#cache.set(key, allowed, askedAtMs + (allowed ? this.#allowedMs : this.#deniedMs))
    }
    return allowed
  }

  async #review(spec: object, signal: AbortSignal): Promise<SubjectAccessReviewStatus> {
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec }
    const answer = await this.#client
      .call({ method: 'POST', path: PATH, body, signal })
      .catch((error: unknown) => {
        throw error instanceof KubernetesError ? unavailable(error) : error
      })
    const review = SUBJECT_ACCESS_REVIEW.safeParse(answer.body)
    if (!review.success) {
      throw new AuthorizationUnavailableError({
        message:
          'The answer to a SubjectAccessReview is none. Check that the address is that of an API server',
        retryable: false,
        cause: review.error,
      })
    }
    return review.data.status
  }
}

const SUBJECT_ACCESS_REVIEW = z.object({
  kind: z.literal('SubjectAccessReview'),
  status: z.object({ allowed: z.boolean(), evaluationError: z.string().optional() }),
})

type SubjectAccessReviewStatus = z.infer<typeof SUBJECT_ACCESS_REVIEW>['status']

const specOf = ({ name, uid, groups, extra }: Identity, access: RequestedAccess) => ({
  user: name,
  uid,
  groups,
  extra,
  resourceAttributes: {
    group: 'lockstep.dev',
    resource: access.resource ?? 'locks',
    ...('role' in access && { subresource: access.role }),
    verb: access.verb,
    namespace: orAll(access.namespace),
    name: orAll(access.name),
  },
})

/** A review says `all` by saying nothing. */
const orAll = (name: string): string => (name === '*' ? '' : name)

const unavailable = (error: KubernetesError): AuthorizationUnavailableError =>
  new AuthorizationUnavailableError({
    message: `Rights could not be reviewed. ${error.message}`,
    retryable: error.retryable,
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    cause: error,
  })
