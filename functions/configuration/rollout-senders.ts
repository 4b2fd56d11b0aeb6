import type { WebhookSender } from '../webhooks/webhook-sender.ts'
import { ConfigurationError } from './configuration-error.ts'
import type { ImageFileSettings } from './image-settings.ts'
import type { SettingSource } from './setting-source.ts'
import { readWebhookSenders } from './webhook-settings.ts'

/**
 * Who may send webhooks about rollouts. Registries only where their images are followed: else nothing
 * follows from a push, and whoever set one up would wait for nothing.
 *
 * @param images absent if settings that are wrong do not say which there are
 * @returns none if nothing says who
 * @throws {ConfigurationError} with all that is wrong
 */
export async function readRolloutSenders(
  source: SettingSource,
  images: readonly ImageFileSettings[] | undefined,
): Promise<readonly WebhookSender[]> {
  const senders = await readWebhookSenders(source)
  const mistakes = senders.flatMap((sender, index) => {
    const why = images && whyInVain(sender, images)
    return why === undefined ? [] : [`LOCKSTEP_WEBHOOKS senders[${index}]: ${why}`]
  })
  if (mistakes.length > 0) throw new ConfigurationError(mistakes)
  return senders
}

function whyInVain(
  sender: WebhookSender,
  images: readonly ImageFileSettings[],
): string | undefined {
  if (!sender.kind.startsWith('registry/')) return undefined
  if (images.length === 0) {
    return `nothing follows here from a push to a registry: the settings of rollouts have no \`images\`. Add them, or leave ${sender.kind} out`
  }
  const host = 'host' in sender ? sender.host : 'docker.io'
  const { environment } = sender
  const isFollowed = images.some(
    (file) =>
      (environment === undefined || environment === file.environment) &&
      file.follow.some(({ image }) => image.host === host),
  )
  if (isFollowed) return undefined
  const where = environment === undefined ? '' : ` in ${environment}`
  return `no image of ${host} is followed${where}. Correct host or environment, or leave ${sender.kind} out`
}
