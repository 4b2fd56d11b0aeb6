import { describe, expect, it } from 'vitest'
import type { Authorizer, RequestedAccess } from '../../../functions/identity/authorizer.ts'
import { PolicyFile } from '../../../functions/identity/policy-file.ts'
import { rolloutAuthorizer } from '../../../functions/identity/rollout-authorizer.ts'
import { SubjectAccessReviews } from '../../../functions/identity/subject-access-review.ts'
import { KubernetesClient } from '../../../kubernetes/kubernetes-client.ts'
import type { KubernetesTransport } from '../../../kubernetes/transport.ts'

const signal = AbortSignal.timeout(20_000)

/** An API server that allows everything, and knows of whom it was asked. */
function permissive(): { readonly client: KubernetesClient; readonly asked: string[] } {
  const asked: string[] = []
  const transport: KubernetesTransport = {
    open: async ({ body = '' }) => {
      asked.push(JSON.parse(body).spec.user)
      return {
        status: 201,
        headers: new Headers({ 'content-type': 'application/json' }),
        body: (async function* () {
          const review = { kind: 'SubjectAccessReview', status: { allowed: true } }
          yield new TextEncoder().encode(JSON.stringify(review))
        })(),
      }
    },
  }
  return { client: new KubernetesClient({ transport }), asked }
}

const abortIn = (environment: string): RequestedAccess => ({
  resource: 'rollouts',
  verb: 'abort',
  environment,
  namespace: 'shop',
  name: 'checkout',
})
const PERSON = { name: 'github:somebody', groups: [] }
const ACCOUNT = { name: 'system:serviceaccount:shop:releaser', groups: [] }

describe('Rights on rollouts of several clusters', () => {
  const own = permissive()
  const other = permissive()
  const authorizer: Authorizer = rolloutAuthorizer(
    new SubjectAccessReviews({ client: own.client }),
    [
      { environment: 'prod', client: own.client },
      { environment: 'eu', client: other.client },
    ],
  )

  it.each([
    ['prod', own],
    ['eu', other],
  ])('are asked for in the cluster of %s', async (environment, cluster) => {
    const before = cluster.asked.length
    expect(await authorizer.allows(PERSON, abortIn(environment), signal)).toBe(true)
    expect(cluster.asked.length).toBe(before + 1)
  })

  it('are no rights of an account of this cluster in another one', async () => {
    expect(await authorizer.allows(ACCOUNT, abortIn('prod'), signal)).toBe(true)
    expect(await authorizer.allows(ACCOUNT, abortIn('eu'), signal)).toBe(false)
    expect(other.asked).not.toContain(ACCOUNT.name)
  })

  it('are of no cluster where none is named, so a policy has to say them', () => {
    const reviews = new SubjectAccessReviews({ client: own.client })
    const targets = [{ environment: 'unseen', client: undefined }]
    expect(() => rolloutAuthorizer(reviews, targets)).toThrow(
      "environment 'unseen' has no cluster whose RBAC could say who may do what",
    )
  })

  it('are beside those on locks, which are of this cluster', async () => {
    const hold = { verb: 'hold', namespace: 'shop', name: 'import' } as const
    expect(await authorizer.allows(ACCOUNT, hold, signal)).toBe(true)
    expect(own.asked).toContain(ACCOUNT.name)
  })

  it('are as a policy says, where there is one', () => {
    const policy = PolicyFile.read(
      'rules: [{ names: [ci], verbs: [get], rollouts: ["*/*/*"] }]',
      'policy.yaml',
    )
    expect(rolloutAuthorizer(policy, [{ environment: 'eu', client: other.client }])).toBe(policy)
  })
})
