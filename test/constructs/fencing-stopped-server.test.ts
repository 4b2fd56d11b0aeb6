import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Lock } from '../../constructs/lock.ts'
import { Cluster } from '../control-plane/cluster.ts'
import { chooseCluster } from '../control-plane/cluster-choice.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { eventually } from '../control-plane/eventually.ts'
import { newRunFolder } from '../control-plane/run-folder.ts'
import { type ApiServer, startApiServer } from '../control-plane/start-api-server.ts'
import { EPOCH, messageOf, ObjectCalls, stamp, TOKEN, untilRefused } from './lock-calls.ts'
import { objectsIn } from './singleton-fixtures.ts'

const choice = chooseCluster()
const LATE_WRITES = 20

/*
 * Of K40: what an API server decides that was stopped, with writes of an old holder waiting at its
 * door, while a new holder wrote by another one.
 */
describe.skipIf(choice.kind !== 'binaries')('A fence, with two API servers on one etcd', () => {
  let plane: ControlPlane
  let second: ApiServer
  let secondFolder: string
  let one: Cluster
  let other: Cluster
  let namespace: string

  beforeAll(async () => {
    if (choice.kind !== 'binaries') throw new Error('unreachable')
    plane = await startControlPlane(choice.binaries)
    secondFolder = await newRunFolder()
    second = await startApiServer(choice.binaries['kube-apiserver'], secondFolder, {
      etcdAddress: `unix://${join(plane.folder, 'etcd.sock')}`,
    })
    one = new Cluster(async () => plane.connection)
    other = new Cluster(async () => second.connection)
    namespace = await one.namespace()
    await one.apply([{ ...STATE, metadata: { ...STATE.metadata, namespace } }])
    await one.apply(
      objectsIn(namespace, (scope) => {
        new Lock(scope, 'idle', { protects: [STATE_REFERENCE] })
      }),
    )
    for (const server of [one, other]) {
      await untilRefused('a write without a token', () =>
        on(server).patch({ data: { by: 'nobody' } }, '?dryRun=All'),
      )
    }
  }, 180_000)

  afterAll(async () => {
    await one?.leave()
    await other?.leave()
    await second?.process.stop()
    await plane?.stop('drop logs')
    if (secondFolder !== undefined) await rm(secondFolder, { recursive: true })
  }, 60_000)

  const on = (server: Cluster) =>
    new ObjectCalls(server, `/api/v1/namespaces/${namespace}/configmaps`, STATE)
  const write = (server: Cluster, token: number) =>
    on(server).patch({ metadata: { annotations: stamp(token) }, data: { by: String(token) } })
  const manyBy = (server: Cluster, token: number) =>
    Promise.all(Array.from({ length: LATE_WRITES }, () => write(server, token)))

  it('takes no write that waited at the stopped one until a later holder had been there', async () => {
    // By connections that are open then, so that the requests are there when the server goes on.
    for (const { status, ...response } of await manyBy(other, 100)) {
      expect(status, messageOf({ status, ...response })).toBe(200)
    }
    process.kill(second.process.pid, 'SIGSTOP')
    await untilStopped(second.process.pid)
    const late = manyBy(other, 100)
    try {
      expect((await write(one, 101)).status).toBe(200)
    } finally {
      process.kill(second.process.pid, 'SIGCONT')
    }
    expect((await late).map(({ status }) => status)).toEqual(Array(LATE_WRITES).fill(403))
    expect((await on(other).read()).metadata.annotations).toMatchObject({
      [TOKEN]: '101',
      [EPOCH]: 'test.1',
    })
  })
})

/** Each thread of it stops by itself: one that goes on for a moment would answer what comes then. */
const untilStopped = (pid: number) =>
  eventually(
    'all threads have stopped',
    async () =>
      readdirSync(`/proc/${pid}/task`).map((thread) =>
        readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1'),
      ),
    (threads) => threads.every((stat) => /\) T /.test(stat)),
  )

const STATE_REFERENCE = { apiVersion: 'v1', kind: 'ConfigMap', name: 'state' } as const
const STATE = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'state' } } as const
