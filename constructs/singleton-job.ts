import { Duration } from 'cdk8s'
import { Construct } from 'constructs'
import type { ICronJob } from 'kubernetes-models/batch/v1'
import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import type { IRole, IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1'
import type { IConfigMap, IServiceAccount } from 'kubernetes-models/v1'
import type { AdmissionPolicy } from './admission-policy.ts'
import type { ClusterIdentity } from './cluster-identity.ts'
import { emitCronJob, RUN_SUFFIX } from './cron-job.ts'
import { type Election, emitElection } from './election.ts'
import type { EmittedObject } from './emitted-object.ts'
import { INSTANCE_LABEL } from './labels.ts'
import { Mistakes } from './mistakes.ts'
import { emitNetworkPolicy } from './network-policy.ts'
import { readOptions } from './options.ts'
import { placeOf } from './place.ts'
import { writePod } from './pod.ts'
import { SINGLETON_JOB_OPTIONS, type SingletonJobProps } from './singleton-job-props.ts'
import { type WorkloadContext, workloadContext } from './workload-context.ts'

/**
 * A job that runs by the clock, one run at a time.
 *
 * Without `lock` that is as good as `concurrencyPolicy: Forbid` makes it, which excludes less than
 * its name says. The controller leaves a run out while a Job *that this CronJob made* is active. It
 * knows nothing of a Job that a person made from it (`kubectl create job --from=cronjob/…`), of the
 * same CronJob in another cluster, or of a pod that goes on running on a node that was cut off while
 * a new one takes its place; and it looks at what it remembers, so in rare cases it starts a run
 * twice or not at all. With `lock: true` a run works only while it holds a Lease, whoever started
 * it. What must never be written by two, also not by one that was paused and goes on later, takes
 * the fencing token of the hold in addition.
 *
 * A run can be cut off anywhere and is then started again, so what it does must bear that.
 *
 * Emits a CronJob, a NetworkPolicy and a ServiceAccount; with `lock`, Leases,
 * the rights on them, and a policy that guards the tokens.
 */
export class SingletonJob extends Construct {
  /** Makes a Job for each run. A change of it is for the next run; the one that goes on stays as it is. */
  readonly cronJob: EmittedObject<ICronJob>
  /** Allows DNS and what `network` names; with `lock` the API server, too. */
  readonly networkPolicy: EmittedObject<INetworkPolicy>
  /** Absent when an existing one was given. */
  readonly serviceAccount: EmittedObject<IServiceAccount> | undefined
  /** Absent without `files`. */
  readonly configMap: EmittedObject<IConfigMap> | undefined
  /** Absent without `lock`. */
  readonly lease: EmittedObject<ILease> | undefined
  /** Those who wait, and what was done once. Absent without `lock`. */
  readonly queueLease: EmittedObject<ILease> | undefined
  /** As `queueLease`. */
  readonly runsLease: EmittedObject<ILease> | undefined
  /** Of the tokens. Absent without `lock`, and before Kubernetes 1.30. */
  readonly guard: AdmissionPolicy | undefined
  /** Rights of the sidecar that holds the lock. Absent without `lock`. */
  readonly role: EmittedObject<IRole> | undefined
  /** Absent without `lock`. */
  readonly roleBinding: EmittedObject<IRoleBinding> | undefined
  /** What tokens of this cluster are called. Absent without `lock`. */
  readonly clusterIdentity: ClusterIdentity | undefined

  constructor(scope: Construct, id: string, given: SingletonJobProps) {
    super(...placeOf(scope, id))
    const mistakes = new Mistakes(this)
    const props = readOptions<SingletonJobProps>(given, SINGLETON_JOB_OPTIONS, mistakes)
    const context = workloadContext(this, { ...props, suffix: RUN_SUFFIX }, mistakes)
    const election = this.#emitElection(context, props)
    const pod = writePod(context.scope, {
      context,
      props: { ...props, shutdown: { ...NO_PRE_STOP, ...props.shutdown } },
      additions: { restartPolicy: 'Never', ...election?.additions },
    })
    this.serviceAccount = pod.serviceAccount
    this.configMap = pod.configMap
    this.lease = election?.objects.lease
    this.queueLease = election?.objects.queueLease
    this.runsLease = election?.objects.runsLease
    this.guard = election?.objects.guard
    this.role = election?.objects.role
    this.roleBinding = election?.objects.roleBinding
    this.clusterIdentity = election?.objects.clusterIdentity
    this.cronJob = emitCronJob(context.scope, context, {
      schedule: props.schedule,
      timeZone: props.timeZone,
      startingDeadlineSeconds: wholeSeconds(props.startingDeadline ?? Duration.minutes(5)),
      activeDeadlineSeconds: wholeSeconds(props.deadline ?? Duration.hours(1)),
      backoffLimit: props.retries ?? 2,
      fatalExitCodes: props.fatalExitCodes ?? [],
      successfulJobsHistoryLimit: props.history?.successful ?? 3,
      failedJobsHistoryLimit: props.history?.failed ?? 3,
      suspend: props.suspend,
      template: pod.template,
    })
    this.networkPolicy = emitNetworkPolicy(context.scope, context, {
      podLabel: { [INSTANCE_LABEL]: context.app },
      ports: [],
      ingressFrom: props.network?.ingressFrom ?? [],
      egressTo: [...(election?.egressTo ?? []), ...(props.network?.egressTo ?? [])],
    })
  }

  #emitElection(context: WorkloadContext, props: SingletonJobProps): Election | undefined {
    const { lock = false } = props
    if (lock === false) return undefined
    return emitElection(context.scope, context, {
      options: lock === true ? {} : lock,
      option: 'lock',
      work: 'job',
      pod: props,
    })
  }
}

/** Nothing sends requests to a job, so nothing has to learn first that it ends. */
const NO_PRE_STOP = { preStop: Duration.seconds(0) } as const

const wholeSeconds = (duration: Duration): number =>
  Math.ceil(duration.toSeconds({ integral: false }))
