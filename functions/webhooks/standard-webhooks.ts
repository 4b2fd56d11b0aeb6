import { areEqual } from '../../leases/are-equal.ts'
import type { Clock } from '../../leases/clock.ts'
import { hmacOf } from './hmac-signature.ts'

/** Of Standard Webhooks 1.0.0, with its symmetric signatures. https://www.standardwebhooks.com */
const SECRET_PREFIX = 'whsec_'

/** How far the time of a webhook may be from ours, in either direction, in milliseconds. */
const REPLAY_WINDOW_MS = 5 * 60 * 1000

/** More than anybody needs to replace a secret; each takes time. */
const MOST_SIGNATURES = 16

export interface SignedContent {
  /** Without a full stop. The same each time one webhook is sent again. */
  readonly id: string
  /** Seconds since 1970, of this attempt. */
  readonly timestamp: string
  readonly body: Uint8Array<ArrayBuffer>
}

/** One signature, as the header `webhook-signature` has it, with others after spaces. */
export async function standardSignature(secret: string, content: SignedContent): Promise<string> {
  const { id, timestamp, body } = content
  const head = new TextEncoder().encode(`${id}.${timestamp}.`)
  const signed = new Uint8Array(head.length + body.length)
  signed.set(head)
  signed.set(body, head.length)
  const signature = await hmacOf(keyOf(secret), 'SHA-256', signed)
  return `v1,${btoa(String.fromCharCode(...signature))}`
}

export interface StandardWebhook {
  readonly header: (name: string) => string | undefined
  readonly body: Uint8Array<ArrayBuffer>
}

/** Whether one of these secrets signed it, a few minutes ago at most. */
export async function isStandardWebhook(
  { header, body }: StandardWebhook,
  secrets: readonly string[],
  clock: Pick<Clock, 'wallMs'>,
): Promise<boolean> {
  const id = header('webhook-id')
  const timestamp = header('webhook-timestamp')
  const given = header('webhook-signature')?.split(' ', MOST_SIGNATURES)
  if (id === undefined || timestamp === undefined || given === undefined) return false
  if (!/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(clock.wallMs() - Number(timestamp) * 1000) > REPLAY_WINDOW_MS) return false
  const made = await Promise.all(
    secrets.map((secret) => standardSignature(secret, { id, timestamp, body })),
  )
  const results = given.flatMap((one) => made.map((other) => areEqual(one, other)))
  return results.includes(true)
}

/** Whether that is the prefix and 24 bytes or more, in base64. */
export function isStandardSecret(secret: string): boolean {
  try {
    return secret.startsWith(SECRET_PREFIX) && keyOf(secret).length >= 24
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    return false
  }
}

const keyOf = (secret: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(secret.replace(SECRET_PREFIX, '')), (character) => character.charCodeAt(0))
