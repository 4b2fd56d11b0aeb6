import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { deployElected, SHORT_LEASE } from './deploy-elected.ts'
import { readyEndpoints } from './election-history.ts'
import { untilPods } from './singleton.ts'

/** No time is asserted on a busy machine; these are for people to read. */
const tell = (what: string, ms: number) => console.log(`${what}: ${Math.round(ms)} ms`)

describeWithNodes('Elected for requests, by real electors', (cluster) => {
  const untilEndpointsAre = (service: string, names: readonly string[]) =>
    eventually(
      `${service} sends requests to ${names}`,
      () => readyEndpoints(cluster, service),
      (seen) => seen.join() === names.join(),
    )

  it('hands over while the old pod still drains, and takes its label back before', async () => {
    const { pods, running, history } = await deployElected(cluster, 'ledger', { work: 'requests' })
    const old = await running.leader()
    await history.until('labelled', old.name)
    await untilEndpointsAre('ledger', [old.name])
    history.forget()

    const askedMs = performance.now()
    await pods.delete(old.name)
    const next = await history.until('labelled')
    // It was not stopped yet: it has noticed by itself.
    expect(old.elector.isRunning).toBe(true)
    tell('Hand-over, from the delete to the label of the next', next.atMs - askedMs)
    await untilEndpointsAre('ledger', [next.pod])
    const gone = await history.until('gone', old.name)
    const steps = [
      await history.until('labelled no more', old.name),
      await history.until('leads no more', old.name),
      await history.until('leads', next.pod),
      next,
      gone,
    ]
    expect(history.events.filter((event) => steps.includes(event))).toEqual(steps)
    // The new pod in its place waits its turn.
    await running.untilThere(2)
    expect((await running.leader()).name).toBe(next.pod)
    expect(running.refusals).toEqual([])
  })

  it('hands over, if later, when no kubelet tells it that its pod ends', async () => {
    const { pods, running, history } = await deployElected(
      cluster,
      'untold',
      { work: 'requests', lease: SHORT_LEASE },
      { callsHooks: false },
    )
    const old = await running.leader()
    await history.until('labelled', old.name)
    history.forget()
    await pods.delete(old.name)
    await history.until('labelled')
    expect(old.elector.isRunning).toBe(true)
  })

  it('leads elsewhere when a machine is lost, and sends requests there alone in the end', async () => {
    const { running, history } = await deployElected(cluster, 'books', {
      work: 'requests',
      lease: SHORT_LEASE,
    })
    const lost = await running.leader()
    await history.until('labelled', lost.name)
    history.forget()
    const node = cluster.allNodes.find(({ name }) => name === lost.node)
    if (node === undefined) throw new Error(`${lost.name} is on no node`)

    const lostMs = performance.now()
    lost.lose()
    const next = await history.until('leads')
    tell(`Take-over from the dead, whose lease is 8 s`, next.atMs - lostMs)
    expect(next.pod).not.toBe(lost.name)
    await cluster.partition(node)
    await untilEndpointsAre('books', [next.pod])
    await cluster.heal(node)
  })

  it('never has two that say that they lead in a partition, nor a pod that looks like the leader and is ready', async () => {
    const { running, history } = await deployElected(cluster, 'cut-off', {
      work: 'requests',
      lease: SHORT_LEASE,
    })
    const old = await running.leader()
    await history.until('labelled', old.name)
    history.forget()
    const samples = sample(running.all.map((pod) => [pod.name, pod.elector] as const))

    const cutMs = performance.now()
    old.wire.cut()
    const next = await history.until('labelled')
    tell('Take-over from one that is cut off, whose lease is 8 s', next.atMs - cutMs)
    const firstYes = await eventually(
      'the next says yes',
      async () => samples.yes.find(({ pod }) => pod === next.pod),
      (yes) => yes !== undefined,
    )
    const lastYes = samples.yes.findLast(({ pod }) => pod === old.name)
    expect(lastYes?.askedMs).toBeLessThan(firstYes!.answeredMs)
    // The label of one that is cut off stays, so its pod is not ready.
    expect(await old.elector.says('/readyz')).toBe(503)
    expect(await old.elector.says('/livez')).toBe(200)

    old.wire.mend()
    await history.until('labelled no more', old.name)
    await old.elector.untilItSays('/readyz', 200)
    expect((await running.leader()).name).toBe(next.pod)
    samples.end()
  })

  it('takes back the label that a crashed elector left, before it stands again', async () => {
    const { running, history } = await deployElected(cluster, 'crashed', {
      work: 'requests',
      lease: SHORT_LEASE,
    })
    const old = await running.leader()
    await history.until('labelled', old.name)
    history.forget()
    old.elector.child.kill('SIGKILL')
    const unlabelled = await history.until('labelled no more', old.name)
    const next = await history.until('leads')
    expect(history.isBefore(unlabelled, next)).toBe(true)
  })

  it('has somebody who leads after each pod is drained in turn', async () => {
    const { pods, running } = await deployElected(cluster, 'drained', { work: 'requests' })
    for (const node of cluster.allNodes) {
      await cluster.drain(node)
      await cluster.uncordon(node)
    }
    await untilPods(
      'two serve',
      pods,
      (now) => now.filter(({ isReady, isEnding }) => isReady && !isEnding).length === 2,
    )
    await running.untilThere(2)
    await untilEndpointsAre('drained', [(await running.leader()).name])
  })
})

interface Yes {
  readonly pod: string
  /** A yes was true at some moment between both. */
  readonly askedMs: number
  readonly answeredMs: number
}

/** Asks all electors all the time, and keeps the answers of those who say that they lead. */
function sample(
  electors: readonly (readonly [string, { says(path: string): Promise<number | undefined> }])[],
): { readonly yes: readonly Yes[]; end(): void } {
  const yes: Yes[] = []
  let isOver = false
  const ask = async ([pod, elector]: (typeof electors)[number]) => {
    while (!isOver) {
      const askedMs = performance.now()
      const said = await elector.says('/leader')
      if (said === 200) yes.push({ pod, askedMs, answeredMs: performance.now() })
      await sleep(20)
    }
  }
  for (const elector of electors) void ask(elector)
  return {
    yes,
    end: () => {
      isOver = true
    },
  }
}
