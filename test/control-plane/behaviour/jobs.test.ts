import { Duration } from 'cdk8s'
import { expect, it } from 'vitest'
import { SingletonJob } from '../../../constructs/singleton-job.ts'
import { Testing } from '../../../constructs/testing.ts'
import { at, items, text } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { least } from '../../goldens/golden.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { inNamespace } from '../in-namespace.ts'
import { conditionOf } from './conditions.ts'

const FATAL = 65

/** A job that is due every few seconds instead of every night, and in no hurry to end. */
async function deploy(
  cluster: ClusterWithNodes,
  name: string,
  conduct: { readonly after: number; readonly exitCode?: number },
  { every = '2s', deadline = Duration.seconds(5) } = {},
): Promise<KubernetesObject> {
  const { objects, find } = Testing.synth((scope) => {
    new SingletonJob(scope, name, {
      ...least,
      schedule: '0 3 * * *',
      timeZone: 'Asia/Seoul',
      deadline,
      fatalExitCodes: [FATAL],
    })
  })
  const namespace = await cluster.namespace()
  const cronJob = find('CronJob')
  await cluster.pods(cronJob).end(conduct)
  const often = { ...cronJob, spec: { ...(cronJob.spec as object), schedule: `@every ${every}` } }
  await cluster.apply(inNamespace([...objects.filter((it) => it !== cronJob), often], namespace))
  return { ...cronJob, metadata: { name, namespace } }
}

async function list(cluster: ClusterWithNodes, path: string): Promise<readonly KubernetesObject[]> {
  const [version, resource] = path.split(' ')
  const root = `/${version}/namespaces/${await cluster.namespace()}/${resource}`
  return items(at((await cluster.send({ path: root })).body, 'items')) as KubernetesObject[]
}

const jobsOf = async (cluster: ClusterWithNodes, { metadata }: KubernetesObject) =>
  (await list(cluster, 'apis/batch/v1 jobs'))
    .filter(({ metadata: { name } }) => name.startsWith(`${metadata.name}-`))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))

const firstJobThat = (
  what: string,
  cluster: ClusterWithNodes,
  cronJob: KubernetesObject,
  isMeant: (job: KubernetesObject) => boolean,
) =>
  eventually(
    `a job of ${cronJob.metadata.name} ${what}`,
    async () => (await jobsOf(cluster, cronJob)).find(isMeant),
    (job) => job !== undefined,
  )

const hasFailed = (job: KubernetesObject) => conditionOf(job, 'Failed')?.status === 'True'

const suspend = (cluster: ClusterWithNodes, { metadata }: KubernetesObject) =>
  cluster.send({
    method: 'PATCH',
    path: `/apis/batch/v1/namespaces/${metadata.namespace}/cronjobs/${metadata.name}`,
    body: { spec: { suspend: true } },
    contentType: 'application/merge-patch+json',
  })

describeWithNodes('A singleton job', (cluster) => {
  it('leaves out a run while the last one is active', async () => {
    const cronJob = await deploy(cluster, 'long', { after: 3600 }, { deadline: Duration.hours(1) })
    await eventually(
      'a run was left out',
      () => list(cluster, 'api/v1 events'),
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
    const cronJob = await deploy(cluster, 'endless', { after: 3600 })
    const job = await firstJobThat('fails', cluster, cronJob, hasFailed)
    expect(conditionOf(job as KubernetesObject, 'Failed')).toMatchObject({
      reason: 'DeadlineExceeded',
    })
    await suspend(cluster, cronJob)
  })

  it('is not tried again after a fatal exit code', async () => {
    const cronJob = await deploy(cluster, 'fatal', { after: 0, exitCode: FATAL })
    const job = await firstJobThat('fails', cluster, cronJob, hasFailed)
    expect(conditionOf(job as KubernetesObject, 'Failed')).toMatchObject({
      reason: 'PodFailurePolicy',
    })
    expect(at(job?.status, 'failed')).toBe(1)
    await suspend(cluster, cronJob)
  })

  it('does not count a drain as a failure', async () => {
    const cronJob = await deploy(cluster, 'drained', { after: 3600 }, { every: '1h' })
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
