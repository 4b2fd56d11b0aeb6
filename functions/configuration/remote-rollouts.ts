import type { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import type { Clock } from '../../leases/clock.ts'
import { rolloutAuthorizer } from '../identity/rollout-authorizer.ts'
import type { NotificationTarget } from '../notifications/notification-target.ts'
import type { WebhookSender } from '../webhooks/webhook-sender.ts'
import { type Access, LET_IN, readAccess } from './access.ts'
import { type ConfiguredFollower, openImageFollowers } from './image-followers.ts'
import { Mistakes } from './mistakes.ts'
import { readNotificationTargets } from './notification-settings.ts'
import { readRemoteCluster } from './remote-cluster.ts'
import { readRolloutSenders } from './rollout-senders.ts'
import { readRolloutSettings } from './rollout-settings.ts'
import {
  type ClusterAddress,
  type ConfiguredTarget,
  openRolloutTargets,
} from './rollout-targets.ts'
import type { SettingSource } from './setting-source.ts'

/** What functions of a platform were told that serve rollouts. */
export interface RemoteRollouts {
  readonly targets: readonly ConfiguredTarget[]
  readonly followers: readonly ConfiguredFollower[]
  readonly access: Access
  readonly senders: readonly WebhookSender[]
  readonly told: readonly NotificationTarget[]
}

/**
 * Reads all that functions of a platform can be told that serve rollouts. Everybody can reach them, so
 * everybody is asked who they are. `LOCKSTEP_KUBERNETES_SERVER` and its like name the cluster whose
 * tokens count, if any do.
 *
 * @param connect throws a `ConfigurationError` for what its platform cannot do
 * @throws {ConfigurationError} with all that is wrong
 */
export async function readRemoteRollouts(
  source: SettingSource,
  connect: (cluster: ClusterAddress) => KubernetesClient,
  clock: Clock,
): Promise<RemoteRollouts> {
  const mistakes = new Mistakes()
  const cluster = source.env.LOCKSTEP_KUBERNETES_SERVER
    ? await mistakes.collect(() => readRemoteCluster(source))
    : undefined
  const own =
    cluster &&
    (await mistakes.collect(() => connect({ ...cluster, token: async () => cluster.token })))
  const access = await readAccess(source, own ?? 'file', mistakes)
  const settings = await mistakes.collect(() => readRolloutSettings(source))
  const targets =
    settings &&
    (await mistakes.collect(() => openRolloutTargets(source, settings, { own, connect }, clock)))
  const followers =
    settings && (await mistakes.collect(() => openImageFollowers(source, settings, undefined)))
  const senders = await mistakes.collect(() => readRolloutSenders(source, settings?.images))
  const told = await mistakes.collect(() => readNotificationTargets(source))
  if (access === 'nobody') mistakes.add(`Nobody would be let in. ${LET_IN}`)
  if (settings === undefined && mistakes.isEmpty) {
    mistakes.add('LOCKSTEP_ROLLOUTS: Is missing. Write which environments are served')
  }
  if (!mistakes.isEmpty || !targets || !followers || !access || access === 'nobody') {
    throw mistakes.toError()
  }
  const authorizer = rolloutAuthorizer(access.authorizer, targets)
  return {
    targets,
    followers,
    access: { ...access, authorizer },
    senders: senders ?? [],
    told: told ?? [],
  }
}
