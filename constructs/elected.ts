import type { Construct } from 'constructs'
import { LEADER_LABEL } from '../leases/names.ts'
import { type EmitDeploymentProps, emitDeployment } from './deployment.ts'
import type { Budget } from './disruption-budget.ts'
import type { ElectedProps } from './elected-props.ts'
import { emitElection } from './election.ts'
import type { Elected } from './guarantee.ts'
import type { Mistakes } from './mistakes.ts'
import { writePod } from './pod.ts'
import { fixed } from './replicas.ts'
import { emitAppService } from './singleton-app-service.ts'
import type { GuaranteeKeeper, SingletonParts } from './singleton-parts.ts'
import type { SingletonServiceProps } from './singleton-service-props.ts'
import { writeSpread } from './spread.ts'
import { type Waiver, waive } from './waiver.ts'
import type { WorkloadContext } from './workload-context.ts'

const DEFAULT_REPLICAS = 2

/** Keeps `elected`: several pods, a Lease, and whoever holds the election in each pod. */
export const keepElected = (guarantee: Elected): GuaranteeKeeper => ({
  waivers: RELEASES[guarantee.work].waivers,
  emit: (scope, context, props) => emitElected(scope, context, props, guarantee),
})

function emitElected(
  scope: Construct,
  context: WorkloadContext,
  props: SingletonServiceProps,
  guarantee: Elected,
): SingletonParts {
  const { selector, targetVersion, mistakes } = context
  const { work, replicas = DEFAULT_REPLICAS } = guarantee
  checkElected(guarantee, props, mistakes)
  const election = emitElection(scope, context, {
    options: electionOptions(guarantee),
    option: 'guarantee',
    work,
    heldBy: guarantee.elector === 'app' ? 'app' : 'sidecar',
    pod: props,
  })
  const spread = writeSpread('soft', selector, 'pod-template-hash', targetVersion)
  const pod = writePod(scope, {
    context,
    props,
    additions: { ...election.additions, spec: { ...election.additions.spec, ...spread } },
  })
  const { deployment, budget } = RELEASES[work]
  return {
    pod,
    deployment: emitDeployment(scope, context, {
      replicas: fixed(replicas),
      template: pod.template,
      startupSeconds: pod.probes?.startupSeconds ?? 0,
      ...deployment,
    }),
    service: emitAppService(
      scope,
      context,
      props,
      work === 'requests' ? { ...selector, [LEADER_LABEL]: 'true' } : selector,
    ),
    election: election.objects,
    budget,
    replicas,
    egressTo: election.egressTo,
  }
}

/** How pods are replaced, by new revisions and by drains. */
interface Release {
  readonly deployment: Pick<EmitDeploymentProps, 'rollingUpdate' | 'completes' | 'annotations'>
  readonly budget: Budget
  readonly waivers: readonly Waiver[]
}

/** All pods are ready, whoever leads: one more for as long as a release lasts, and one may go. */
const ALL_READY: Release = {
  deployment: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  budget: { maxUnavailable: 1 },
  waivers: [],
}

/**
 * One pod is ready, the leader, and Kubernetes counts by readiness: of `n` pods there are always
 * `n - 1` missing, and a new one is not ready before the old leader has gone.
 *
 * - So a release may have all of them missing. With one less the controller would keep the old
 *   leader until a new pod is ready, which waits for that leader: forever. The new pods are made
 *   while the old leader still ends, and one of them starts its work the moment that it is released.
 * - So a drain may have all of them missing too, or the budget would count the standbys as gone and
 *   never let the leader go.
 * - So a rollout is never complete: it has no deadline, and Argo CD is asked not to wait for it.
 */
const LEADER_READY: Release = {
  deployment: {
    rollingUpdate: { maxSurge: 0, maxUnavailable: '100%' },
    completes: false,
    annotations: { 'argocd.argoproj.io/ignore-healthcheck': 'true' },
  },
  budget: { maxUnavailable: '100%' },
  waivers: [
    waive('rollout/no-pod-left', 'supervised: the old leader must end before a new one may start'),
    waive('pdb/allows-all', 'supervised: standbys are never ready, so the leader is all there is'),
  ],
}

const RELEASES: Readonly<Record<ElectedProps['work'], Release>> = {
  requests: ALL_READY,
  supervised: LEADER_READY,
  cooperative: ALL_READY,
}

function electionOptions({ lease, apiServer, elector }: Elected) {
  return {
    ...(lease !== undefined && { lease }),
    ...(apiServer !== undefined && { apiServer }),
    ...(elector !== undefined && elector !== 'app' && { elector }),
  }
}

function checkElected(
  { work, replicas = DEFAULT_REPLICAS, elector }: Elected,
  { port, adopt }: SingletonServiceProps,
  mistakes: Mistakes,
): void {
  if (replicas < 2) {
    mistakes.add({
      option: 'guarantee.replicas',
      value: replicas,
      problem: 'must be a whole number of at least 2, or nobody can take over',
      remedy: 'Use 2 or more, or `usuallyOne()`',
    })
  }
  if (elector === 'app' && work !== 'cooperative') {
    mistakes.add({
      option: 'guarantee.elector',
      value: elector,
      problem: `cannot hold the election for \`work: '${String(work)}'\`, which acts on the pod from outside`,
      remedy: "Leave it out for a sidecar, or use `work: 'cooperative'`",
    })
  }
  if (work === 'requests' && port === undefined) {
    mistakes.add({
      option: 'port',
      problem: "must be given with `work: 'requests'`, which routes requests to the leader",
      remedy: "Give port and health, or use `work: 'supervised'` for work without requests",
    })
  }
  if (adopt?.template !== undefined) {
    mistakes.add({
      option: 'adopt.template',
      problem: 'cannot be kept, since an elected app needs an elector in its pods',
      remedy: 'Take it out',
    })
  }
}
