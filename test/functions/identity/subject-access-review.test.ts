import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LockAccess, RolloutVerb } from '../../../functions/identity/authorizer.ts'
import { SubjectAccessReviews } from '../../../functions/identity/subject-access-review.ts'
import { KubernetesClient } from '../../../kubernetes/kubernetes-client.ts'
import type { KubernetesTransport } from '../../../kubernetes/transport.ts'
import { type ConnectedClient, connect } from '../../control-plane/connected-client.ts'
import { describeWithCluster } from '../../control-plane/describe-with-cluster.ts'
import { eventually } from '../../control-plane/eventually.ts'
import { mayDo, tokenOf } from '../../control-plane/service-account.ts'
import { connectToSharedCluster } from '../../control-plane/shared-cluster-client.ts'
import { answered, refusal } from '../../kubernetes/canned-answers.ts'
import { describeAuthorizer, type Grant } from './authorizer-contract.ts'
import { CountingTransport } from './counting-transport.ts'
import { applyReviewer, removeReviewer } from './reviewer.ts'

const RBAC = 'rbac.authorization.k8s.io'
const SOMEBODY = { name: 'somebody', groups: [] }
const IMPORT: LockAccess = { verb: 'hold', namespace: 'shop', name: 'import' }
const signal = (): AbortSignal => AbortSignal.timeout(20_000)

describeWithCluster('SubjectAccessReviews of a real API server', (cluster) => {
  let namespace: string
  let reviewer: ConnectedClient
  let stranger: ConnectedClient
  let grantsMade = 0
  const ofTheCluster: string[] = []

  beforeAll(async () => {
    namespace = await cluster.namespace()
    await applyReviewer(cluster, 'subjectaccessreviews')
    const account = { apiVersion: 'v1', kind: 'ServiceAccount' }
    await cluster.apply([{ ...account, metadata: { name: 'stranger', namespace } }])
    const admin = await connectToSharedCluster()
    reviewer = connect({ ...admin, token: await tokenOf(cluster, 'reviewer') })
    stranger = connect({ ...admin, token: await tokenOf(cluster, 'stranger') })
  })
  afterAll(async () => {
    for (const { transport } of [reviewer, stranger]) transport.close()
    await removeReviewer(cluster)
    for (const path of ofTheCluster) await cluster.send({ method: 'DELETE', path })
  })

  /** As an admin of the cluster would. */
  async function grant({ to, verbs, namespace, name }: Grant): Promise<void> {
    const isEverywhere = namespace === '*'
    const prefix = isEverywhere ? 'Cluster' : ''
    const metadata = {
      name: `grant-${await cluster.namespace()}-${++grantsMade}`,
      ...(!isEverywhere && { namespace }),
    }
    const locks = { apiGroups: ['lockstep.dev'], resources: ['locks'], verbs }
    const subject =
      'name' in to ? { kind: 'User', name: to.name } : { kind: 'Group', name: to.group }
    const role = {
      apiVersion: `${RBAC}/v1`,
      kind: `${prefix}Role`,
      metadata,
      rules: [{ ...locks, ...(name !== '*' && { resourceNames: [name] }) }],
    }
    const binding = {
      apiVersion: `${RBAC}/v1`,
      kind: `${prefix}RoleBinding`,
      metadata,
      roleRef: { apiGroup: RBAC, kind: `${prefix}Role`, name: metadata.name },
      subjects: [{ apiGroup: RBAC, ...subject }],
    }
    await cluster.apply([role, binding])
    if (isEverywhere) {
      for (const kind of ['clusterrolebindings', 'clusterroles']) {
        ofTheCluster.push(`/apis/${RBAC}/v1/${kind}/${metadata.name}`)
      }
    }
    await untilGranted({ to, verbs, namespace, name })
  }

  /** The authorizer reads roles from a cache. */
  async function untilGranted({ to, verbs, namespace, name }: Grant): Promise<void> {
    const asker = 'name' in to ? to.name : 'member'
    const groups = 'group' in to ? [to.group] : []
    const orAll = (value: string) => (value === '*' ? undefined : value)
    await eventually(
      `${asker} may ${verbs[0]}`,
      () =>
        mayDo(
          cluster,
          asker,
          {
            group: 'lockstep.dev',
            resource: 'locks',
            verb: verbs[0],
            namespace: orAll(namespace),
            name: orAll(name),
          },
          groups,
        ),
      (allowed) => allowed,
    )
  }

  describeAuthorizer({
    name: 'SubjectAccessReviews with the least rights',
    namespaces: async () => [namespace, await cluster.namespace(`${namespace}-other`)],
    async open(grants) {
      for (const each of grants) await grant(each)
      return new SubjectAccessReviews({ client: reviewer.client })
    },
  })

  it('passes on all that is known of somebody', async () => {
    const name = `system:serviceaccount:${namespace}:stranger`
    await grant({ to: { name }, verbs: ['hold'], namespace, name: 'import' })
    const reviews = new SubjectAccessReviews({ client: reviewer.client })
    const identity = { name, uid: '4711', groups: [], extra: { 'example.com/team': ['shop'] } }
    const access = { verb: 'hold', namespace, name: 'import' } as const
    expect(await reviews.allows(identity, access, signal())).toBe(true)
  })

  it('knows who may do what to rollouts, and in which roles', async () => {
    const rules = [
      { resources: ['rollouts'], verbs: ['abort'], resourceNames: ['checkout'] },
      {
        resources: ['rollouts/checkout-owners'],
        verbs: ['approve'],
        resourceNames: ['checkout'],
      },
    ].map((rule) => ({ apiGroups: ['lockstep.dev'], ...rule }))
    const metadata = { name: 'releases', namespace }
    const subject = { kind: 'Group', apiGroup: RBAC, name: 'github:team:checkout' }
    const roleRef = { apiGroup: RBAC, kind: 'Role', name: 'releases' }
    const role = { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules }
    const binding = {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef,
      subjects: [subject],
    }
    await cluster.apply([role, binding])
    const reviews = () => new SubjectAccessReviews({ client: reviewer.client })
    const person = { name: 'github:somebody', groups: [subject.name] }
    const may = (verb: RolloutVerb, name: string, role?: string) =>
      reviews().allows(
        person,
        {
          resource: 'rollouts',
          verb,
          environment: 'prod',
          namespace,
          name,
          ...(role !== undefined && { role }),
        },
        signal(),
      )
    await eventually(
      'the role counts',
      () => may('abort', 'checkout'),
      (allowed) => allowed,
    )
    expect(await may('approve', 'checkout', 'checkout-owners')).toBe(true)
    expect(await may('approve', 'checkout', 'security')).toBe(false)
    expect(await may('approve', 'checkout')).toBe(false)
    expect(await may('approve', 'cart', 'checkout-owners')).toBe(false)
    expect(await may('abort', 'cart')).toBe(false)
    expect(await may('promote', 'checkout')).toBe(false)
  })

  it('says which right it lacks', async () => {
    const reviews = new SubjectAccessReviews({ client: stranger.client })
    const error = await reviews.allows(SOMEBODY, IMPORT, signal()).catch((error) => error)
    expect(error).toMatchObject({ code: 'AUTHORIZATION_UNAVAILABLE', retryable: false })
    expect(error.message).toMatch(/cannot create resource "subjectaccessreviews".*Grant it by RBAC/)
  })
})

describe('SubjectAccessReviews', () => {
  let nowMs = 0
  const clock = { monotonicMs: () => nowMs }

  /** Of an API server whose answer can change. */
  function reviewing(status: object) {
    const canned = { status }
    const transport: KubernetesTransport = {
      open: async () => ({
        status: 201,
        headers: new Headers({ 'content-type': 'application/json' }),
        body: (async function* () {
          const review = { kind: 'SubjectAccessReview', status: canned.status }
          yield new TextEncoder().encode(JSON.stringify(review))
        })(),
      }),
    }
    const counting = new CountingTransport(transport)
    const client = new KubernetesClient({ transport: counting })
    return { canned, counting, reviews: new SubjectAccessReviews({ client, clock }) }
  }

  it.each([
    ['yes', true, 30_000],
    ['no', false, 5_000],
  ])('asks again after a %s that has become old', async (_, allowed, forMs) => {
    nowMs = 0
    const { canned, reviews } = reviewing({ allowed })
    expect(await reviews.allows(SOMEBODY, IMPORT, signal())).toBe(allowed)
    canned.status = { allowed: !allowed }
    nowMs = forMs - 1
    expect(await reviews.allows(SOMEBODY, IMPORT, signal())).toBe(allowed)
    nowMs = forMs
    expect(await reviews.allows(SOMEBODY, IMPORT, signal())).toBe(!allowed)
  })

  it('asks for all by naming none, as other authorizers than RBAC want it too', async () => {
    const { counting, reviews } = reviewing({ allowed: true })
    await reviews.allows(SOMEBODY, { verb: 'read', namespace: '*', name: '*' }, signal())
    expect(counting.lastBody).toMatchObject({
      spec: {
        user: 'somebody',
        resourceAttributes: { group: 'lockstep.dev', resource: 'locks', namespace: '', name: '' },
      },
    })
  })

  it('takes no answer for that to another question', async () => {
    const { counting, reviews } = reviewing({ allowed: true })
    const questions = [
      [SOMEBODY, IMPORT],
      [{ ...SOMEBODY, name: 'else' }, IMPORT],
      [{ ...SOMEBODY, uid: '2' }, IMPORT],
      [{ ...SOMEBODY, groups: ['ops'] }, IMPORT],
      [{ ...SOMEBODY, extra: { team: ['ops'] } }, IMPORT],
      [SOMEBODY, { ...IMPORT, verb: 'break' }],
      [SOMEBODY, { ...IMPORT, namespace: 'import', name: 'shop' }],
      [SOMEBODY, { ...IMPORT, name: 'export' }],
    ] as const
    for (const [identity, access] of [...questions, ...questions]) {
      await reviews.allows(identity, access, signal())
    }
    expect(counting.calls).toBe(questions.length)
  })

  it('remembers a no that came with an error for no time at all', async () => {
    const { canned, reviews } = reviewing({ allowed: false, evaluationError: 'no webhook' })
    expect(await reviews.allows(SOMEBODY, IMPORT, signal())).toBe(false)
    canned.status = { allowed: true }
    expect(await reviews.allows(SOMEBODY, IMPORT, signal())).toBe(true)
  })

  it('remembers no more than it should', async () => {
    const { counting, reviews } = reviewing({ allowed: true })
    for (let number = 0; number <= 10_000; number++) {
      await reviews.allows(SOMEBODY, { ...IMPORT, name: `lock-${number}` }, signal())
    }
    await reviews.allows(SOMEBODY, { ...IMPORT, name: 'lock-10000' }, signal())
    expect(counting.calls).toBe(10_001)
    await reviews.allows(SOMEBODY, { ...IMPORT, name: 'lock-0' }, signal())
    expect(counting.calls).toBe(10_002)
  })

  it.each([
    ['is busy', refusal(429, 'TooManyRequests', 'later'), 429, true],
    ['fails', refusal(500, 'InternalError', 'etcd'), 500, true],
    ['is a page', '<html>', 200, false],
    ['is something else', { kind: 'Other' }, 200, false],
    ['says nothing', { kind: 'SubjectAccessReview' }, 201, false],
  ])('cannot tell while the API server %s', async (_, body, status, retryable) => {
    const client = answered({ status, body, headers: { 'retry-after': '7' } })
    const asking = new SubjectAccessReviews({ client }).allows(SOMEBODY, IMPORT, signal())
    await expect(asking).rejects.toMatchObject({ code: 'AUTHORIZATION_UNAVAILABLE', retryable })
  })

  it('asks nobody once it is interrupted', async () => {
    const { reviews } = reviewing({ allowed: true })
    const reason = new Error('enough')
    const asking = reviews.allows(SOMEBODY, IMPORT, AbortSignal.abort(reason))
    await expect(asking).rejects.toBe(reason)
  })
})
