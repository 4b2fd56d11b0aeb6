import type { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { type Clock, systemClock } from '../../leases/clock.ts'
import { KubernetesLiveState } from '../../reconciler/kubernetes-live-state.ts'
import type { Pace } from '../../reconciler/tick-pace.ts'
import type { TargetProps } from '../rollouts/served-target.ts'
import { ConfigurationError } from './configuration-error.ts'
import { type FreshSecret, freshSecret } from './fresh-secret.ts'
import { given } from './given.ts'
import { openMetrics } from './metric-settings.ts'
import { Mistakes } from './mistakes.ts'
import { type OpenByCommand, openRepository } from './open-repository.ts'
import type { RolloutSettings, RolloutTargetSettings } from './rollout-settings.ts'
import { readSecret } from './secret-source.ts'
import type { SettingSource } from './setting-source.ts'

/** An API server by its address. */
export interface ClusterAddress {
  readonly server: string
  readonly token: FreshSecret
  /** PEM of whom to trust as the server. */
  readonly certificateAuthority: string | undefined
}

/** What a platform has to reach clusters and repositories by. */
export interface RolloutPlatform {
  /** The cluster whose tokens count. Absent if there is none. */
  readonly own: KubernetesClient | undefined
  /** @throws {ConfigurationError} for what the platform cannot do */
  readonly connect: (cluster: ClusterAddress) => KubernetesClient
  /** Absent where there are no kubeconfigs. */
  readonly kubeconfig?: (props: {
    readonly file?: string
    readonly context?: string
  }) => Promise<KubernetesClient>
  /** Absent where there is no `git` command. */
  readonly git?: OpenByCommand
}

/** An environment with all that it is looked at by. */
export interface ConfiguredTarget extends TargetProps {
  /** Of the cluster that it is synced to. Absent if nobody looks at it. */
  readonly client: KubernetesClient | undefined
  readonly pace: Pace
}

/**
 * Opens what settings say.
 *
 * @throws {ConfigurationError} with all that is wrong
 */
export async function openRolloutTargets(
  source: SettingSource,
  { targets, where }: RolloutSettings,
  platform: RolloutPlatform,
  clock: Clock = systemClock,
): Promise<readonly ConfiguredTarget[]> {
  const mistakes = new Mistakes()
  const opened: ConfiguredTarget[] = []
  for (const [index, settings] of targets.entries()) {
    const name = `${where} targets[${index}]`
    const target = await openTarget(source, settings, { platform, clock, name, mistakes })
    if (target !== undefined) opened.push(target)
  }
  if (!mistakes.isEmpty) throw mistakes.toError()
  return opened
}

interface Opening {
  readonly platform: RolloutPlatform
  readonly clock: Clock
  readonly name: string
  readonly mistakes: Mistakes
}

async function openTarget(
  source: SettingSource,
  settings: RolloutTargetSettings,
  { platform, clock, name, mistakes }: Opening,
): Promise<ConfiguredTarget | undefined> {
  const { environment, branch, together, mostInFlight, deadlineSeconds, pace } = settings
  const repository = await mistakes.collect(() =>
    openRepository(source, settings.repository, platform.git, `${name}.repository`),
  )
  const cluster = await mistakes.collect(async () => ({
    client: await connect(source, settings, platform, `${name}.cluster`),
  }))
  const store = settings.metrics
  const metrics = await mistakes.collect(
    async () => store && openMetrics(source, store, `${name}.metrics`),
  )
  if (repository === undefined || cluster === undefined) return undefined
  const { client } = cluster
  const { read: readsSyncs, argoNamespace } = settings.syncs
  const live = client && new KubernetesLiveState({ client, readsSyncs, argoNamespace })
  const deadlineMs = deadlineSeconds && deadlineSeconds * 1000
  return {
    environment,
    branch,
    repository: repository.address,
    open: repository.open,
    clock,
    client,
    pace: { leastMs: pace.leastSeconds * 1000, idleMs: pace.idleSeconds * 1000 },
    ...given({ live, metrics, together, mostInFlight, deadlineMs }),
  }
}

async function connect(
  source: SettingSource,
  { cluster }: RolloutTargetSettings,
  { own, connect, kubeconfig }: RolloutPlatform,
  where: string,
): Promise<KubernetesClient | undefined> {
  switch (cluster.kind) {
    case 'none':
      return undefined
    case 'own':
      if (own !== undefined) return own
      throw new ConfigurationError([
        `${where}: there is no cluster of our own here. Write another kind: remote, kubeconfig or none`,
      ])
    case 'kubeconfig': {
      const { kind: _, ...props } = cluster
      if (kubeconfig !== undefined) return kubeconfig(props)
      throw new ConfigurationError([
        `${where}: kubeconfigs are not read here. Write remote as its kind`,
      ])
    }
    case 'remote': {
      const authority = cluster.certificateAuthority
      return connect({
        server: cluster.server,
        token: await freshSecret(source, cluster.token, `${where}.token`),
        certificateAuthority:
          authority && (await readSecret(source, authority, `${where}.certificateAuthority`)),
      })
    }
  }
}
