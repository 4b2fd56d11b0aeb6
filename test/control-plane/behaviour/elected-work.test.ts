import { expect, it } from 'vitest'
import { SingletonJob } from '../../../constructs/singleton-job.ts'
import { at } from '../../../manifests/fields.ts'
import { isHandedOver } from '../../cli/lock-processes.ts'
import { worker } from '../../constructs/singleton-fixtures.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { applyInForce, deployElected, SHORT_LEASE, startElectors, tell } from './deploy-elected.ts'
import type { ElectedPods } from './elected-pods.ts'
import { ElectionHistory } from './election-history.ts'

/** Says on and on that it runs, and takes its time to end. */
const slow = (pod: string) =>
  `trap 'sleep 0.5; exit' TERM; while :; do echo ${pod} >> "$LOG"; sleep 0.02; done`

/**
 * As above, and never ends when it is asked to. What the kubelet starts again goes by another name: it may run
 * for the moment until the elector finds it, whoever leads by then.
 */
const deaf = (pod: string) =>
  `trap '' TERM; name=${pod}; [ -e "$LOG.$name" ] && name="$name again"; : > "$LOG.${pod}"; while :; do echo "$name" >> "$LOG"; sleep 0.02; done`

const untilItWorks = (running: ElectedPods, pod: string) =>
  eventually(
    `${pod} works`,
    async () => running.lines,
    (lines) => lines.includes(pod),
    60,
    (lines) => [lines.at(-1), running.all.map(({ name, elector }) => [name, elector.stderr])],
  )

describeWithNodes('Elected for supervised work, by real electors', (cluster) => {
  it('runs the work of the leader alone, and the next as soon as that has ended', async () => {
    const { pods, running, history } = await deployElected(
      cluster,
      'feed',
      { work: 'supervised', replicas: 3 },
      { work: slow },
    )
    const old = await running.leader()
    await untilItWorks(running, old.name)
    expect(new Set(running.lines)).toEqual(new Set([old.name]))
    history.forget()
    await pods.delete(old.name)
    const next = await history.until('leads')
    await untilItWorks(running, next.pod)
    expect(isHandedOver(running.lines, old.name, next.pod)).toBe(true)
    expect(history.isBefore(next, await history.until('gone', old.name))).toBe(true)
  })

  it('ends the work of a leader that is cut off, before the next one begins, and what the kubelet starts again', async () => {
    const { running, history } = await deployElected(
      cluster,
      'cut-off',
      { work: 'supervised', lease: SHORT_LEASE },
      { work: deaf },
    )
    const old = await running.leader()
    await untilItWorks(running, old.name)
    history.forget()
    const cutMs = performance.now()
    old.wire.set('silence')
    const next = await history.until('leads')
    tell('Take-over of work from one that is cut off, whose lease is 8 s', next.atMs - cutMs)
    await untilItWorks(running, next.pod)
    expect(isHandedOver(running.lines, old.name, next.pod)).toBe(true)
    // The work was started again, and the elector has ended that too.
    expect(old.starts).toBeGreaterThan(1)
    await eventually(
      'it has ended',
      async () => old.isWorking,
      (isWorking) => !isWorking,
    )

    old.wire.set('pass')
    await history.until('gone', old.name)
    await running.untilThere(2)
    expect((await running.leader()).name).toBe(next.pod)
  })

  it('ends the work that outlived a crashed elector, and has its pod replaced', async () => {
    const { running, history } = await deployElected(
      cluster,
      'crashed',
      { work: 'supervised', lease: SHORT_LEASE },
      { work: deaf },
    )
    const old = await running.leader()
    await untilItWorks(running, old.name)
    history.forget()
    old.elector.child.kill('SIGKILL')
    const next = await history.until('leads')
    await untilItWorks(running, next.pod)
    expect(isHandedOver(running.lines, old.name, next.pod)).toBe(true)
    await history.until('gone', old.name)
    expect(running.refusals).toEqual([])
  })
})

describeWithNodes('A job with a lock, by real electors', (cluster) => {
  it('runs once at a time, whoever started it', async () => {
    const objects = await applyInForce(cluster, 'report', (scope) => {
      new SingletonJob(scope, 'report', {
        ...worker,
        schedule: '0 3 1 1 *',
        timeZone: 'UTC',
        suspend: true,
        lock: { lease: SHORT_LEASE },
      })
    })
    const cronJob = objects.find(({ kind }) => kind === 'CronJob')
    if (cronJob === undefined) throw new Error('unreachable')
    // What KWOK says of their pods plays no part.
    await cluster.pods(cronJob).end({ after: 600 })
    const history = await ElectionHistory.watch(cluster, 'report')
    const running = await startElectors(cluster, 'report', {
      work: (pod) => `for i in $(seq 50); do echo ${pod} >> "$LOG"; sleep 0.02; done`,
    })
    const spec = at(cronJob.spec, 'jobTemplate', 'spec')
    for (const name of ['by-hand-1', 'by-hand-2']) {
      await cluster.apply([
        { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec } as never,
      ])
    }
    await eventually(
      'both have worked',
      async () => running.lines,
      (lines) => lines.length === 100,
      60,
      (lines) => [lines.length, running.all.map(({ name, elector }) => [name, elector.stderr])],
    )
    const { lines } = running
    expect(isHandedOver(lines, lines[0]!, lines[99]!)).toBe(true)
    await history.until('leads no more')
    expect(running.refusals).toEqual([])
  })
})
