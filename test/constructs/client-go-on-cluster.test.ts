import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { Lock } from '../../constructs/lock.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { Connection } from '../control-plane/connection.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { eventually } from '../control-plane/eventually.ts'
import { writeKubeconfig } from '../control-plane/kubeconfig.ts'
import { mayDo, tokenOf } from '../control-plane/service-account.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { describeWithProgram } from '../judges/describe-with-judge.ts'
import { CLIENT_GO_ELECTOR } from '../judges/programs.ts'
import { RunningElector } from '../judges/running-elector.ts'
import type { Term } from '../leases/contention/term.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { deletePolicies, ObjectCalls, untilRefused } from './lock-calls.ts'
import { MixedElection } from './mixed-election.ts'
import { objectsIn } from './singleton-fixtures.ts'

const LONG_MS = 240_000
const USERS = ['worker'] as const
/** client-go's, which it is started with. */
const TTL_SECONDS = 5

describeWithCluster("client-go's own elector, with the least rights of a lock,", (cluster) => {
  let namespace: string
  let objects: readonly KubernetesObject[] = []
  let connection: Connection

  beforeAll(async () => {
    namespace = await cluster.namespace()
    objects = objectsIn(namespace, (scope) => {
      new Lock(scope, 'ledger', { users: USERS })
      new Lock(scope, 'shared', { users: USERS, mode: 'interop' })
    })
    const metadata = { name: 'worker', namespace }
    await cluster.apply([{ apiVersion: 'v1', kind: 'ServiceAccount', metadata }])
    await cluster.apply(objects)
    await untilRefused('a foreign elector of ledger', () =>
      leaseOf('ledger').patch({ spec: { holderIdentity: 'foreign' } }, '?dryRun=All'),
    )
    const worker = `system:serviceaccount:${namespace}:worker`
    const right = { namespace, group: 'coordination.k8s.io', resource: 'leases', verb: 'update' }
    await eventually(
      'worker may update shared',
      () => mayDo(cluster, worker, { ...right, name: 'shared' }),
      (allowed) => allowed,
    )
    const token = await tokenOf(cluster, 'worker')
    connection = { ...(await connectToSharedCluster()), token }
  }, 120_000)
  afterAll(() => deletePolicies(cluster, objects))

  const leaseOf = (name: string) =>
    new ObjectCalls(cluster, `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace },
    })

  function kubeconfig(): string {
    const file = join(temporaryFolder(), 'kubeconfig')
    writeFileSync(file, writeKubeconfig(connection), { mode: 0o600 })
    return file
  }

  describeWithProgram(CLIENT_GO_ELECTOR, () => {
    it(
      'takes turns with ours on an interop lock, and never leads with one of them',
      async () => {
        await using election = await MixedElection.start({
          connection,
          kubeconfig: kubeconfig(),
          namespace,
          lease: 'shared',
          ttlSeconds: TTL_SECONDS,
        })
        for (let round = 1; !hasAllTurns(election.terms); round++) {
          await election.endTheirLeader(round % 2 === 0 ? 'kill' : 'stop')
          if (round % 3 === 0) await election.killOne()
        }
        expectOneAtATime(await election.end())
      },
      LONG_MS,
    )

    it('never gets a fenced lock', async () => {
      const elector = new RunningElector({
        kubeconfig: kubeconfig(),
        namespace,
        lease: 'ledger',
        identity: 'client-go',
      })
      onTestFinished(() => elector.kill())
      await eventually(
        'client-go was refused',
        async () => elector.errors,
        (errors) => errors.includes('Lock ledger is fenced'),
      )
      expect(elector.terms()).toEqual([])
    })
  })
})

/** Both ways, after a release and after a crash, a few times. */
function hasAllTurns(terms: readonly Term[]): boolean {
  const kinds = terms.map(({ who }) => who.replace(/-\d+$/, ''))
  const turns = (from: string, to: string) =>
    kinds.filter((kind, index) => kind === to && kinds[index - 1] === from).length
  return turns('client-go', 'lockstep') >= 2 && turns('lockstep', 'client-go') >= 2
}

function expectOneAtATime(terms: readonly Term[]): void {
  for (const [index, { who, fromUs }] of terms.entries()) {
    const before = terms[index - 1]
    if (before === undefined) continue
    expect(before.untilUs, `${before.who}, when ${who} leads`).toBeLessThanOrEqual(fromUs)
  }
}
