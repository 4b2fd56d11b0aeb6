import { Duration } from 'cdk8s'
import { SingletonJob } from '../../../constructs/singleton-job.ts'
import type { SingletonJobProps } from '../../../constructs/singleton-job-props.ts'
import { Testing } from '../../../constructs/testing.ts'
import { at, items } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { least } from '../../goldens/golden.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { inNamespace } from '../in-namespace.ts'
import { conditionOf } from './conditions.ts'

/** An exit code after which another attempt is in vain. */
export const FATAL = 65

export interface DeployJobProps extends Partial<SingletonJobProps> {
  /** What its pods do. */
  readonly conduct: { readonly after: number; readonly exitCode?: number }
  /**
   * When it is due, as the CronJob has it.
   *
   * @default - every few seconds instead of every night
   */
  readonly due?: string
}

/** A job of the DSL that is due soon, and in no hurry to end. */
export async function deployJob(
  cluster: ClusterWithNodes,
  name: string,
  { conduct, due = '@every 2s', ...props }: DeployJobProps,
): Promise<KubernetesObject> {
  const { objects, find } = Testing.synth((scope) => {
    new SingletonJob(scope, name, {
      ...least,
      schedule: '0 3 * * *',
      timeZone: 'Asia/Seoul',
      deadline: Duration.seconds(5),
      fatalExitCodes: [FATAL],
      ...props,
    })
  })
  const namespace = await cluster.namespace()
  const cronJob = find('CronJob')
  await cluster.pods(cronJob).end(conduct)
  const soon = { ...cronJob, spec: { ...(cronJob.spec as object), schedule: due } }
  await cluster.apply(inNamespace([...objects.filter((it) => it !== cronJob), soon], namespace))
  return { ...cronJob, metadata: { name, namespace } }
}

export async function listInNamespace(
  cluster: ClusterWithNodes,
  apiVersion: 'api/v1' | 'apis/batch/v1',
  resource: string,
): Promise<readonly KubernetesObject[]> {
  const path = `/${apiVersion}/namespaces/${await cluster.namespace()}/${resource}`
  return items(at((await cluster.send({ path })).body, 'items')) as KubernetesObject[]
}

/** The runs of a CronJob, the oldest first. */
export const jobsOf = async (cluster: ClusterWithNodes, { metadata }: KubernetesObject) =>
  (await listInNamespace(cluster, 'apis/batch/v1', 'jobs'))
    .filter(({ metadata: { name } }) => name.startsWith(`${metadata.name}-`))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))

export async function firstJobThat(
  what: string,
  cluster: ClusterWithNodes,
  cronJob: KubernetesObject,
  isMeant: (job: KubernetesObject) => boolean,
): Promise<KubernetesObject> {
  const job = await eventually(
    `a job of ${cronJob.metadata.name} ${what}`,
    async () => (await jobsOf(cluster, cronJob)).find(isMeant),
    (found) => found !== undefined,
    90,
  )
  return job as KubernetesObject
}

export const hasFailed = (job: KubernetesObject) => conditionOf(job, 'Failed')?.status === 'True'

/** Changes a CronJob, or its status. */
export async function patchCronJob(
  cluster: ClusterWithNodes,
  cronJob: KubernetesObject,
  body: object,
  subresource: '' | '/status' = '',
): Promise<void> {
  const { status } = await cluster.send({
    method: 'PATCH',
    path: `${await cluster.pathOf(cronJob)}${subresource}`,
    body,
    contentType: 'application/merge-patch+json',
  })
  if (status !== 200)
    throw new Error(`CronJob ${cronJob.metadata.name} was not patched (${status})`)
}

export const suspend = (cluster: ClusterWithNodes, cronJob: KubernetesObject): Promise<void> =>
  patchCronJob(cluster, cronJob, { spec: { suspend: true } })
