import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { deployElected, SHORT_LEASE, tell } from './deploy-elected.ts'
import { untilEndpointsAre } from './election-history.ts'

describeWithNodes('Elected for requests, when a leader is lost', (cluster) => {
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
    await untilEndpointsAre(cluster, 'books', [next.pod])
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
    old.wire.set('silence')
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

    old.wire.set('pass')
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
