import { expect, it } from 'vitest'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { deployElected, SHORT_LEASE, tell } from './deploy-elected.ts'
import { untilEndpointsAre } from './election-history.ts'
import { untilPods } from './singleton.ts'

describeWithNodes('Elected for requests, by real electors', (cluster) => {
  it('hands over while the old pod still drains, and takes its label back before', async () => {
    const { pods, running, history } = await deployElected(cluster, 'ledger', { work: 'requests' })
    const old = await running.leader()
    await history.until('labelled', old.name)
    await untilEndpointsAre(cluster, 'ledger', [old.name])
    history.forget()

    const askedMs = performance.now()
    await pods.delete(old.name)
    const next = await history.until('labelled')
    // It was not stopped yet: it has noticed by itself.
    expect(old.elector.isRunning).toBe(true)
    tell('Hand-over, from the delete to the label of the next', next.atMs - askedMs)
    await untilEndpointsAre(cluster, 'ledger', [next.pod])
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
    await untilEndpointsAre(cluster, 'drained', [(await running.leader()).name])
  })
})
