import type { WebhookSender } from '../webhooks/webhook-sender.ts'
import { ConfigurationError } from './configuration-error.ts'
import type { SettingSource } from './setting-source.ts'
import { readWebhookSenders } from './webhook-settings.ts'

/**
 * Who may send webhooks about rollouts. Registries may not: images are taken up where they are published,
 * and nothing here follows from a push, so whoever sets one up would wait for nothing.
 *
 * @returns `undefined` if nothing says who
 * @throws {ConfigurationError} with all that is wrong
 */
export async function readRolloutSenders(
  source: SettingSource,
): Promise<readonly WebhookSender[] | undefined> {
  const senders = await readWebhookSenders(source)
  const mistakes = (senders ?? []).flatMap(({ kind }, index) =>
    kind.startsWith('registry/')
      ? `LOCKSTEP_WEBHOOKS senders[${index}]: nothing follows here from a push to a registry. Leave ${kind} out`
      : [],
  )
  if (mistakes.length > 0) throw new ConfigurationError(mistakes)
  return senders
}
