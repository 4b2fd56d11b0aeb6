import type { Clock } from '../../leases/clock.ts'
import { noSuchRoute } from '../http/no-such-route.ts'
import { ProblemError } from '../http/problem-error.ts'
import { PROBLEMS } from '../http/problem-types.ts'
import { PROOFS } from './proofs.ts'
import type { WebhookDelivery } from './webhook-delivery.ts'
import type { SenderKind, WebhookSender } from './webhook-sender.ts'

export interface ProveSenderProps {
  readonly kind: SenderKind
  readonly senders: readonly WebhookSender[]
  readonly clock: Pick<Clock, 'wallMs'>
}

/**
 * Which of the senders it was. All are tried to the end, and the answers for a proof that is missing,
 * malformed, old or wrong are the same. A path with a secret in it that is none is no path at all.
 *
 * @throws {ProblemError} if it was none of them
 */
export async function proveSender(
  delivery: WebhookDelivery,
  { kind, senders, clock }: ProveSenderProps,
): Promise<WebhookSender> {
  const hasSecretInUrl = delivery.urlSecret !== undefined
  const candidates = senders.filter(
    (sender) => sender.kind === kind && (sender.proof === 'url') === hasSecretInUrl,
  )
  if (candidates.length === 0) throw noSuchRoute()
  const proven = await Promise.all(
    candidates.map(({ proof, secrets }) => PROOFS[proof](delivery, secrets, clock)),
  )
  const sender = candidates.find((_, index) => proven[index])
  if (sender !== undefined) return sender
  throw hasSecretInUrl ? noSuchRoute() : unproven()
}

const unproven = (): ProblemError =>
  new ProblemError({
    type: PROBLEMS.unauthenticated,
    detail:
      'Nothing proves that this comes from a sender that is known here. Compare the secrets, the clocks, and what docs/webhooks.md says of this sender',
    retryable: false,
    headers: { 'WWW-Authenticate': 'Bearer' },
  })
