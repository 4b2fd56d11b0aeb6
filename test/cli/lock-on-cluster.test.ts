import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../leases/clock.ts'
import { KubernetesLeaseStore } from '../../leases/kubernetes-lease-store.ts'
import { LockQueue } from '../../leases/lock-queue.ts'
import { DEFAULT_TTL_SECONDS } from '../../leases/lock-timing.ts'
import { LEASE_ANNOTATIONS, queueLeaseName } from '../../leases/names.ts'
import { liveTickets, type Ticket } from '../../leases/tickets.ts'
import { type ConnectedClient, connect } from '../control-plane/connected-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { eventually } from '../control-plane/eventually.ts'
import { writeKubeconfig } from '../control-plane/kubeconfig.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { FaultProxy } from '../fault-proxy.ts'
import { sharedFolder } from '../gitops/shared-folder.ts'
import { isHandedOver, LockProcesses, sayOnAndOn } from './lock-processes.ts'

const folder = sharedFolder()
const kubeconfig = join(folder, 'kubeconfig')
const KEEP_EVERY_MS = 500

describeWithCluster('lockstep lock on a real API server', (cluster) => {
  let namespace: string
  let store: readonly string[]
  let admin: ConnectedClient
  let leases: KubernetesLeaseStore

  beforeAll(async () => {
    namespace = await cluster.namespace()
    writeFileSync(kubeconfig, writeKubeconfig(await connectToSharedCluster()))
    store = ['--kubeconfig', kubeconfig, '--namespace', namespace]
    admin = connect(await connectToSharedCluster())
    leases = new KubernetesLeaseStore({ client: admin.client, clusterId: 'test' })
  })
  afterAll(() => admin.transport.close())

  const declare = (name: string) =>
    cluster.apply(
      [name, `${name}.queue`, `${name}.runs`].map((lease) => ({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: lease, namespace, annotations: { [LEASE_ANNOTATIONS.mode]: 'fenced' } },
      })),
    )

  it('never runs two commands at once, and shows who holds what', async () => {
    await declare('job')
    const locks = new LockProcesses(store)
    const script = 'echo begin >> "$LOG"; sleep 0.1; echo end >> "$LOG"'
    const runs = Array.from({ length: 3 }, () => locks.script(script, ['--wait']))
    for (const { ended } of runs) expect(await ended).toEqual({ code: 0, stderr: '' })
    expect(locks.lines()).toEqual(Array.from({ length: 3 }, () => ['begin', 'end']).flat())
    expect((await locks.run('ls')).stdout).toMatch(/^LOCK .*\njob +- .* 0\n$/)
  })

  it('says how to declare a lock that there is not', async () => {
    const { code, stderr } = await new LockProcesses(store).run('run', 'none', '--', 'true')
    expect(code).toBe(125)
    expect(stderr).toContain("Declare the lock: new Lock(namespace, 'none')")
  })

  it('ends the command of a holder that is cut off, before another one gets the lock', async () => {
    await declare('cut')
    const connection = await connectToSharedCluster()
    const wire = await FaultProxy.start(connection.server)
    onTestFinished(() => wire.close())
    const cut = join(folder, 'cut')
    writeFileSync(cut, writeKubeconfig({ ...connection, server: wire.server }))
    const locks = new LockProcesses(store)
    const a = locks.start(
      'run',
      ['cut', '--ttl', '5s', '--', 'sh', '-c', `trap '' TERM; ${sayOnAndOn('A')}`],
      ['--kubeconfig', cut, '--namespace', namespace],
    )
    await locks.untilLogged('A')
    wire.set('silence')
    const b = locks.start('run', ['cut', '--wait', '--', 'sh', '-c', 'echo B >> "$LOG"; sleep 0.3'])
    expect(await b.ended).toMatchObject({ code: 0 })
    expect(await a.ended).toMatchObject({ code: 76 })
    expect(isHandedOver(locks.lines(), 'A', 'B')).toBe(true)
  })

  it('passes whoever is first in line and was killed, though its place is kept', async () => {
    await declare('line')
    const locks = new LockProcesses(store)
    const holder = locks.start('run', ['line', '--', 'sh', '-c', 'echo A >> "$LOG"; read line'])
    await locks.untilLogged('A')
    const inLine = (who: string) =>
      locks.start('run', ['line', '--wait', '--', 'sh', '-c', `echo ${who} >> "$LOG"`])
    const first = inLine('first')
    const [ticket] = await untilTickets('one waits', (tickets) => tickets.length === 1)
    const second = inLine('second')
    await untilTickets('two wait', (tickets) => tickets.length === 2)
    first.child.kill('SIGKILL')
    await first.ended
    onTestFinished(keepPlace('line', ticket!.id))
    holder.child.stdin!.end('\n')
    expect(await second.ended).toMatchObject({ code: 0 })
    expect(locks.lines()).toEqual(['A', 'second'])
  }, 180_000)

  const untilTickets = (what: string, isSo: (tickets: readonly Ticket[]) => boolean) =>
    eventually(what, () => ticketsOf('line'), isSo)

  const ticketsOf = async (lock: string): Promise<readonly Ticket[]> =>
    liveTickets(await leases.read({ namespace, name: queueLeaseName(lock) }))

  /** Says for somebody else that it still waits, on and on: its ticket does not run out. */
  function keepPlace(lock: string, id: string): () => Promise<void> {
    const context = { store: leases, clock: systemClock, random: Math.random }
    const line = new LockQueue(context, { namespace, name: lock }, DEFAULT_TTL_SECONDS)
    const over = new AbortController()
    const keeping = (async () => {
      while (!over.signal.aborted) {
        await line.keep(id, false)
        await sleep(KEEP_EVERY_MS)
      }
    })()
    return () => {
      over.abort()
      return keeping
    }
  }
})
