import { abortLive, type LiveAbortResult } from '../reconciler/abort-live.ts'
import { type LiveAbortPlan, planLiveAbort } from '../reconciler/plan-live-abort.ts'
import { isSuspendedByOthers, othersIn, syncName } from '../reconciler/suspended-sync.ts'
import type { AbortLiveOptions } from './abort-live-options.ts'
import { appInCluster } from './cluster-options.ts'
import { inLines } from './in-lines.ts'
import { openCluster } from './open-cluster.ts'
import { NO_REASON } from './report-act.ts'
import type { Terminal } from './terminal.ts'

/**
 * Aborts a rollout in the cluster, without the branch.
 *
 * @throws {LiveAbortRefusedError} {AppNameError} {KubernetesError} {ObjectGoneError}
 */
export async function runAbortLive(
  name: string,
  options: AbortLiveOptions,
  terminal: Terminal,
): Promise<void> {
  const app = appInCluster(name)
  using cluster = await openCluster(options, terminal)
  const { objects } = cluster
  const plan = await planLiveAbort({
    objects,
    app,
    reason: options.reason ?? NO_REASON,
    acceptsFewerPods: options.acceptFewerPods ?? false,
    isSyncSuspended: options.syncSuspended ?? false,
    isClusterChecked: options.clusterChecked ?? false,
    ...(options.argocdNamespace !== undefined && { argoNamespace: options.argocdNamespace }),
    ...(options.env !== undefined && { environment: options.env }),
  })
  terminal.out(inLines(intention(plan)))
  const result = await abortLive({ objects, plan })
  terminal.out(inLines(outcome(plan, result, options)))
  if (result.open.length > 0) terminal.setExitCode(1)
}

/** What is to be done, before it is. */
function intention(plan: LiveAbortPlan): readonly string[] {
  const { abort, shift, stable, syncs, environment } = plan
  const where = environment === undefined ? '' : ` in ${environment}`
  return [
    `Rollout ${abort.rollout} of ${abort.app}${where} is to be aborted in the cluster, where ${stable.name} has ${stable.ready} of ${stable.desired} pods ready:`,
    ...syncs.flatMap((sync) => [
      isSuspendedByOthers(sync)
        ? `  ${syncName(sync)} is suspended already, by somebody else`
        : `  ${syncName(sync)} is suspended until it is settled`,
      ...sharing(othersIn(abort.app, sync)),
    ]),
    ...(syncs.length === 0
      ? ['  Nothing is suspended: see to it that nothing applies the branch until this is settled']
      : []),
    ...shift.steps.map(({ what }) => `  ${what}`),
  ]
}

const sharing = (others: readonly string[]): readonly string[] =>
  others.length === 0 ? [] : [`    It applies nothing of ${others.join(', ')} meanwhile either`]

function outcome(
  { abort: { app }, syncs, environment }: LiveAbortPlan,
  { done, open }: LiveAbortResult,
  options: AbortLiveOptions,
): readonly string[] {
  const theirs = syncs.filter(isSuspendedByOthers).map(syncName)
  return [
    headline(app, done, open),
    ...open.map((reason) => `  not yet: ${reason}. Run this again`),
    '  The branch does not know that. The next look that sees the cluster commits the abort.',
    '  When Git is back, this commits it if no look has, and gives the sync back:',
    `    lockstep rollout settle ${app}${optionsOf(environment, options)}`,
    ...(environment === undefined
      ? ['  Nothing here says which environment that is: add it with --env where there are several']
      : []),
    ...theirs.map((sync) => `  Whoever has suspended ${sync} must not resume it before that`),
  ]
}

function headline(app: string, done: readonly string[], open: readonly string[]): string {
  if (open.length > 0) return `The abort of ${app} in the cluster is under way`
  if (done.length > 0) return `Aborted ${app} in the cluster: all requests go to stable`
  return `Nothing to do: all requests of ${app} go to stable already`
}

/** Without the environment, an app of the same name in another one could be meant. */
const optionsOf = (
  environment: string | undefined,
  { kubeconfig, context, argocdNamespace }: AbortLiveOptions,
): string =>
  [
    ...(environment === undefined ? [] : [` --env ${environment}`]),
    ...(kubeconfig === undefined ? [] : [` --kubeconfig ${kubeconfig}`]),
    ...(context === undefined ? [] : [` --context ${context}`]),
    ...(argocdNamespace === undefined ? [] : [` --argocd-namespace ${argocdNamespace}`]),
  ].join('')
