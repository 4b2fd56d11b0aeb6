import { Duration } from 'cdk8s'
import { expect, it } from 'vitest'
import { at, text } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { conditionOf } from './conditions.ts'
import {
  deployJob,
  FATAL,
  firstJobThat,
  hasFailed,
  jobsOf,
  listInNamespace,
  suspend,
} from './cron-jobs.ts'

describeWithNodes('A singleton job', (cluster) => {
  it('leaves out a run while the last one is active', async () => {
    const cronJob = await deployJob(cluster, 'long', {
      conduct: { after: 3600 },
      deadline: Duration.hours(1),
    })
    await eventually(
      'a run was left out',
      () => listInNamespace(cluster, 'api/v1', 'events'),
      (events) =>
        events.some(
          (event) =>
            event.reason === 'JobAlreadyActive' &&
            at(event, 'involvedObject', 'name') === cronJob.metadata.name,
        ),
      // Jobs are named by the minute, and none is left out that has a name already.
      90,
      (events) => events.map(({ reason }) => reason),
    )
    expect(await jobsOf(cluster, cronJob)).toHaveLength(1)
    await suspend(cluster, cronJob)
  })

  it('is ended when it works longer than its deadline', async () => {
    const cronJob = await deployJob(cluster, 'endless', { conduct: { after: 3600 } })
    const job = await firstJobThat('fails', cluster, cronJob, hasFailed)
    expect(conditionOf(job, 'Failed')).toMatchObject({
      reason: 'DeadlineExceeded',
    })
    await suspend(cluster, cronJob)
  })

  it('is not tried again after a fatal exit code', async () => {
    const cronJob = await deployJob(cluster, 'fatal', { conduct: { after: 0, exitCode: FATAL } })
    const job = await firstJobThat('fails', cluster, cronJob, hasFailed)
    expect(conditionOf(job, 'Failed')).toMatchObject({
      reason: 'PodFailurePolicy',
    })
    expect(at(job.status, 'failed')).toBe(1)
    await suspend(cluster, cronJob)
  })

  it('is tried again as often as it may, and then fails', async () => {
    const cronJob = await deployJob(cluster, 'unlucky', {
      conduct: { after: 0, exitCode: 1 },
      retries: 1,
      deadline: Duration.minutes(5),
    })
    const job = await firstJobThat('fails', cluster, cronJob, hasFailed)
    expect(conditionOf(job, 'Failed')).toMatchObject({ reason: 'BackoffLimitExceeded' })
    expect(at(job.status, 'failed')).toBe(2)
    await suspend(cluster, cronJob)
  })

  it('does not count a drain as a failure', async () => {
    const cronJob = await deployJob(cluster, 'drained', {
      conduct: { after: 3600 },
      due: '@every 1h',
    })
    // Not due within the test: a person starts it.
    const name = `${cronJob.metadata.name}-by-hand`
    const template = at(await cluster.get(cronJob), 'spec', 'jobTemplate')
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: await cluster.namespace() },
      spec: { ...(at(template, 'spec') as object), activeDeadlineSeconds: 3600 },
    }
    await cluster.apply([job])
    const pods = () => cluster.pods(cronJob).list()
    const [first] = await eventually('it runs', pods, ([pod]) => pod?.phase === 'Running')
    const node = cluster.allNodes.find((it) => it.name === first?.node)
    if (node === undefined) throw new Error('unreachable')

    await cluster.drain(node)

    const running = await eventually('it runs elsewhere', pods, (now) =>
      now.some((pod) => pod.phase === 'Running' && !pod.isEnding && pod.name !== first?.name),
    )
    expect(text(running.at(-1)?.node)).not.toBe(node.name)
    const live = await cluster.get(job)
    expect(conditionOf(live as KubernetesObject, 'Failed')).toBeUndefined()
    expect(at(live?.status, 'failed') ?? 0).toBe(0)
    await cluster.uncordon(node)
  })
})
