import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ConnectedClient, connect } from '../control-plane/connected-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { eventually } from '../control-plane/eventually.ts'
import { applyServiceAccount, tokenOf } from '../control-plane/service-account.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { LeaseCalls } from './lease-calls.ts'

const GROUP = 'flowcontrol.apiserver.k8s.io'
const FLOWS = `/apis/${GROUP}/v1`

/*
 * How calls on Leases are kept apart from others when the API server is busy: fact K26.
 */
describeWithCluster('Flow control of a real API server (K26)', (cluster) => {
  let own: ConnectedClient
  let namespace: string

  beforeAll(async () => {
    namespace = await cluster.namespace()
    await applyServiceAccount(cluster, 'locks', [
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['ours'],
        verbs: ['get', 'update'],
      },
    ])
    const token = await tokenOf(cluster, 'locks')
    own = connect({ ...(await connectToSharedCluster()), token })
  })
  afterAll(async () => {
    own.transport.close()
    await cluster.send({ method: 'DELETE', path: `${FLOWS}/flowschemas/${namespace}` })
  })

  const uidOf = async (path: string) =>
    ((await cluster.send({ path: `${FLOWS}/${path}` })).body as { metadata: { uid: string } })
      .metadata.uid

  it('has a level for electors, and puts there whom a FlowSchema names, refusals too', async () => {
    const level = await uidOf('prioritylevelconfigurations/leader-election')
    const leases = new LeaseCalls(own.client, namespace)
    const headersOf = async (name: string) => {
      const { status, headers } = await leases.get(name)
      return {
        status,
        level: headers.get('x-kubernetes-pf-prioritylevel-uid'),
        schema: headers.get('x-kubernetes-pf-flowschema-uid'),
      }
    }
    expect((await headersOf('ours')).level).not.toBe(level)

    await cluster.apply([flowSchema(namespace)])

    const schema = await uidOf(`flowschemas/${namespace}`)
    const seen = await eventually(
      'calls are in the level of the FlowSchema',
      () => headersOf('ours'),
      (answer) => answer.schema === schema,
    )
    expect(seen).toEqual({ status: 404, level, schema })
    expect(await headersOf('theirs')).toEqual({ status: 403, level, schema })
  })
})

const flowSchema = (namespace: string) => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'FlowSchema',
  metadata: { name: namespace },
  spec: {
    matchingPrecedence: 150,
    priorityLevelConfiguration: { name: 'leader-election' },
    distinguisherMethod: { type: 'ByUser' },
    rules: [
      {
        subjects: [{ kind: 'ServiceAccount', serviceAccount: { name: 'locks', namespace } }],
        resourceRules: [
          {
            verbs: ['get', 'update'],
            apiGroups: ['coordination.k8s.io'],
            resources: ['leases'],
            namespaces: [namespace],
          },
        ],
      },
    ],
  },
})
