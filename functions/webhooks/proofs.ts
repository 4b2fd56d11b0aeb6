import { z } from 'zod'
import { areEqual } from '../../leases/are-equal.ts'
import type { Clock } from '../../leases/clock.ts'
import { tokenDigest } from '../identity/token-digest.ts'
import { fromHex, isHmac, type SignatureHash } from './hmac-signature.ts'
import { isStandardWebhook } from './standard-webhooks.ts'
import type { WebhookDelivery } from './webhook-delivery.ts'
import type { Proof } from './webhook-sender.ts'

/** Whether a delivery was sent by somebody who has one of these secrets. */
type ProofCheck = (
  delivery: WebhookDelivery,
  secrets: readonly string[],
  clock: Pick<Clock, 'wallMs'>,
) => Promise<boolean>

/** As Flux calls them. It can also name sha1, which nobody has to take any more, and sha224. */
const HASHES: ReadonlyMap<string, SignatureHash> = new Map([
  ['sha256', 'SHA-256'],
  ['sha384', 'SHA-384'],
  ['sha512', 'SHA-512'],
])

/** `sha256=` and hexadecimal digits. */
async function isSigned(
  { body }: WebhookDelivery,
  header: string | undefined,
  secrets: readonly string[],
): Promise<boolean> {
  const [, name = '', digits = ''] = /^(\w+)=([0-9a-f]+)$/i.exec(header ?? '') ?? []
  const hash = HASHES.get(name)
  const signature = fromHex(digits)
  if (hash === undefined || signature === undefined) return false
  return isHmac(signature, { secrets, hash, content: body })
}

/** Compares digests, so that not even the length of a secret can be found out. */
async function isShown(text: string | undefined, secrets: readonly string[]): Promise<boolean> {
  if (text === undefined || text === '') return false
  const shown = tokenDigest(text)
  return secrets.map((secret) => areEqual(tokenDigest(secret), shown)).includes(true)
}

function decodedBasic(header: string | undefined): string | undefined {
  const [, encoded] = /^Basic +([\w+/]+=*) *$/i.exec(header ?? '') ?? []
  if (encoded === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
    return new TextDecoder().decode(bytes)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    return undefined
  }
}

const bearerOf = (header: string | undefined): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1]

const TOKEN_IN_METADATA = z.object({ metadata: z.object({ token: z.string() }) })

export const PROOFS: Readonly<Record<Proof, ProofCheck>> = {
  'x-signature': (delivery, secrets) => isSigned(delivery, delivery.header('x-signature'), secrets),
  'hub-signature': (delivery, secrets) => {
    const header = delivery.header('x-hub-signature-256')
    return isSigned(delivery, header?.startsWith('sha256=') ? header : undefined, secrets)
  },
  'standard-webhooks': isStandardWebhook,
  bearer: ({ header }, secrets) => isShown(bearerOf(header('authorization')), secrets),
  basic: ({ header }, secrets) => isShown(decodedBasic(header('authorization')), secrets),
  'gitlab-token': ({ header }, secrets) => isShown(header('x-gitlab-token'), secrets),
  metadata: ({ json }, secrets) =>
    isShown(TOKEN_IN_METADATA.safeParse(json).data?.metadata.token, secrets),
  url: ({ urlSecret }, secrets) => isShown(urlSecret, secrets),
}
