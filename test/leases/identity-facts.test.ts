import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubernetesRefusalError } from '../../kubernetes/errors.ts'
import type { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { type ConnectedClient, connect } from '../control-plane/connected-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { eventually } from '../control-plane/eventually.ts'
import { applyServiceAccount, mayDo, tokenOf } from '../control-plane/service-account.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { LeaseCalls } from './lease-calls.ts'

const RBAC = 'rbac.authorization.k8s.io'

/*
 * Who somebody is to the API server, and what they may do: facts K30 to K32.
 */
describeWithCluster('Identity on a real API server', (cluster) => {
  const connections: ConnectedClient[] = []
  let namespace: string
  let admin: KubernetesClient

  beforeAll(async () => {
    namespace = await cluster.namespace()
    admin = await as()
    // The token of a pod names its node, if there is one.
    await cluster.apply([{ apiVersion: 'v1', kind: 'Node', metadata: { name: namespace } }])
  })
  afterAll(async () => {
    for (const { transport } of connections) transport.close()
    await cluster.send({ method: 'DELETE', path: `/api/v1/nodes/${namespace}` })
    const path = `/apis/${RBAC}/v1/clusterrolebindings/${namespace}`
    await cluster.send({ method: 'DELETE', path })
  })

  async function as(token?: string): Promise<KubernetesClient> {
    const connection = await connectToSharedCluster()
    const connected = connect(token === undefined ? connection : { ...connection, token })
    connections.push(connected)
    return connected.client
  }

  const locksRule = {
    apiGroups: ['lockstep.dev'],
    resources: ['locks'],
    resourceNames: ['ledger'],
    verbs: ['hold'],
  }
  const jane = () => `system:serviceaccount:${namespace}:jane`

  async function review(token: string, audiences?: readonly string[], client = admin) {
    const { status, body } = await client.send({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, audiences },
      },
    })
    return { status, review: (body as { status: object }).status }
  }

  describe('is decided by RBAC (K30)', () => {
    const allowed = (change: object = {}) =>
      mayDo(cluster, jane(), {
        namespace,
        group: 'lockstep.dev',
        resource: 'locks',
        name: 'ledger',
        verb: 'hold',
        ...change,
      })

    it('also for groups, resources and verbs that nobody serves, by name and namespace', async () => {
      await applyServiceAccount(cluster, 'jane', [locksRule])
      expect(await allowed()).toBe(true)
      for (const change of [
        { verb: 'break' },
        { name: 'other' },
        { namespace: 'default' },
        { resource: 'rollouts' },
        { group: 'coordination.k8s.io' },
      ]) {
        expect([change, await allowed(change)]).toEqual([change, false])
      }
    })

    it('which whoever has system:auth-delegator may ask, and about tokens too', async () => {
      await cluster.apply([
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('reviewer') },
      ])
      const reviewer = await as(await tokenOf(cluster, 'reviewer'))
      const token = await tokenOf(cluster, 'reviewer')
      expect((await review(token, undefined, reviewer)).status).toBe(403)
      const binding = {
        apiVersion: `${RBAC}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: namespace },
        roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'system:auth-delegator' },
        subjects: [{ kind: 'ServiceAccount', ...named('reviewer') }],
      }
      await cluster.apply([binding])
      const answer = await eventually(
        'the reviewer may review',
        () => review(token, undefined, reviewer),
        ({ status }) => status === 201,
      )
      expect(answer.review).toMatchObject({ authenticated: true })
      const attributes = { namespace, verb: 'get', resource: 'pods' }
      expect(await mayDo(reviewer, jane(), attributes)).toBe(false)
    })
  })

  describe('by a token for us alone, bound to a pod (K31)', () => {
    let token: string

    beforeAll(async () => {
      const uid = await makePod('bound')
      const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'bound', uid }
      token = await tokenOf(cluster, 'default', { audiences: ['lockstep'], boundObjectRef })
    })

    it('is nobody to the API itself', async () => {
      const { status } = await (await as(token)).send({ path: '/api/v1/namespaces/default' })
      expect(status).toBe(401)
    })

    it('tells user, groups, pod and node to whoever reviews it for us', async () => {
      const authentication = 'authentication.kubernetes.io'
      expect(await review(token, ['lockstep'])).toMatchObject({
        status: 201,
        review: {
          authenticated: true,
          audiences: ['lockstep'],
          user: {
            username: `system:serviceaccount:${namespace}:default`,
            uid: expect.any(String),
            groups: expect.arrayContaining([`system:serviceaccounts:${namespace}`]),
            extra: {
              [`${authentication}/credential-id`]: [expect.stringMatching(/^JTI=/)],
              [`${authentication}/pod-name`]: ['bound'],
              [`${authentication}/pod-uid`]: [expect.any(String)],
              [`${authentication}/node-name`]: [namespace],
              [`${authentication}/node-uid`]: [expect.any(String)],
            },
          },
        },
      })
    })

    it.each([
      ['another audience', ['elsewhere']],
      ['none', undefined],
    ])('is nobody to who reviews it for %s: the answer lacks a word', async (_, audiences) => {
      const answer = await review(token, audiences)
      expect(answer.status).toBe(201)
      expect(answer.review).not.toHaveProperty('authenticated')
    })

    it('lives for ten minutes at least', async () => {
      const { status } = await admin.send({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/serviceaccounts/default/token`,
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { audiences: ['lockstep'], expirationSeconds: 599 },
        },
      })
      expect(status).toBe(422)
    })
  })

  describe('that is taken back (K32)', () => {
    it('ends with the pod, in the end', async () => {
      const uid = await makePod('mortal')
      const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'mortal', uid }
      const token = await tokenOf(cluster, 'default', { audiences: ['lockstep'], boundObjectRef })
      expect((await review(token, ['lockstep'])).review).toMatchObject({ authenticated: true })
      const path = `/api/v1/namespaces/${namespace}/pods/mortal?gracePeriodSeconds=0`
      await cluster.send({ method: 'DELETE', path })
      await eventually(
        'the token of a deleted pod is refused',
        async () => (await review(token, ['lockstep'])).review,
        (status) => !('authenticated' in status),
      )
    })

    it('ends with the RoleBinding', async () => {
      await applyServiceAccount(cluster, 'jim', [locksRule])
      const attributes = {
        namespace,
        group: 'lockstep.dev',
        resource: 'locks',
        name: 'ledger',
        verb: 'hold',
      }
      const allowed = () => mayDo(cluster, `system:serviceaccount:${namespace}:jim`, attributes)
      expect(await allowed()).toBe(true)
      const path = `/apis/${RBAC}/v1/namespaces/${namespace}/rolebindings/jim`
      await cluster.send({ method: 'DELETE', path })
      await eventually('jim may not hold any more', allowed, (answer) => !answer)
    })
  })

  it('that may list and watch by name may do so with exactly that fieldSelector (K32)', async () => {
    await applyServiceAccount(cluster, 'watcher', [
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['a'],
        verbs: ['list', 'watch'],
      },
    ])
    const watcher = await as(await tokenOf(cluster, 'watcher'))
    const leases = new LeaseCalls(watcher, namespace)
    const watched = async (query: string): Promise<number> => {
      const path = `${leases.folder}?watch=1&timeoutSeconds=1&${query}`
      const watch = watcher.watch(path, AbortSignal.timeout(20_000))
      return watch.next().then(
        () => 200,
        ({ status }: KubernetesRefusalError) => status,
      )
    }
    const expected = {
      'fieldSelector=metadata.name%3Da': 200,
      'fieldSelector=metadata.name%3Db': 403,
      '': 403,
    }
    for (const [query, status] of Object.entries(expected)) {
      const seen = [(await leases.list(query)).status, await watched(query)]
      expect([query, seen]).toEqual([query, [status, status]])
    }
  })

  const named = (name: string) => ({ name, namespace })

  async function makePod(name: string): Promise<string> {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: named(name),
      spec: {
        nodeName: namespace,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'app',
            image: 'example.com/app',
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    }
    await cluster.apply([pod])
    return (await cluster.get(pod))?.metadata.uid as string
  }
})
