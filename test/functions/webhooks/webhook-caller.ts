import { createHmac } from 'node:crypto'
import type { Hono } from 'hono'
import type { FunctionEnv } from '../../../functions/http/function-env.ts'
import { webhookFunction } from '../../../functions/webhooks/webhook-function.ts'
import type { WebhookFunctionProps } from '../../../functions/webhooks/webhook-function-props.ts'
import {
  type Proof,
  SENDER_PROOFS,
  type SenderKind,
  type WebhookSender,
} from '../../../functions/webhooks/webhook-sender.ts'
import type { WebhookFixture } from './webhook-fixture.ts'

export const SECRET = 'of-the-tests-0123456789-abcdefghij'
export const STANDARD_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const HOSTS: Partial<Record<SenderKind, string>> = {
  'registry/distribution': 'registry.example.com',
  'registry/harbor': 'harbor.example.com',
  'registry/quay': 'quay.io',
}

export const KINDS = Object.keys(SENDER_PROOFS) as SenderKind[]

export const secretFor = (proof: Proof): string => {
  if (proof === 'basic') return `lockstep:${SECRET}`
  return proof === 'standard-webhooks' ? STANDARD_SECRET : SECRET
}

export interface SenderSettings {
  readonly proof?: Proof
  readonly secrets?: readonly string[]
  readonly environment?: string
}

export const senderOf = (kind: SenderKind, settings: SenderSettings = {}): WebhookSender => {
  const { proof = SENDER_PROOFS[kind][0], secrets = [secretFor(proof)], environment } = settings
  return { kind, proof, secrets, environment, host: HOSTS[kind] } as unknown as WebhookSender
}

/** A function with a sender of each kind, and what a test does not care about. */
export const functionOf = (
  props: Partial<WebhookFunctionProps> & Pick<WebhookFunctionProps, 'sink'>,
): Hono<FunctionEnv> =>
  webhookFunction({ senders: KINDS.map((kind) => senderOf(kind)), log: () => {}, ...props })

type Headers = Readonly<Record<string, string>>

/** As each scheme documents it, by Node's own HMAC. */
export function proofHeaders(proof: Proof, secret: string, body: string | Uint8Array): Headers {
  const hex = (hash: string) => createHmac(hash, secret).update(body).digest('hex')
  switch (proof) {
    case 'x-signature':
      return { 'x-signature': `sha256=${hex('sha256')}` }
    case 'hub-signature':
      return { 'x-hub-signature-256': `sha256=${hex('sha256')}` }
    case 'standard-webhooks':
      return standardHeaders(secret, body)
    case 'bearer':
      return { authorization: `Bearer ${secret}` }
    case 'basic':
      return { authorization: `Basic ${Buffer.from(secret).toString('base64')}` }
    case 'gitlab-token':
      return { 'x-gitlab-token': secret }
    case 'metadata':
    case 'url':
      return {}
  }
}

export function standardHeaders(
  secret: string,
  body: string | Uint8Array,
  seconds = Math.floor(Date.now() / 1000),
  id = 'msg_1',
): Headers {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${mac.digest('base64')}`,
  }
}

export interface Sending {
  readonly proof?: Proof
  readonly secret?: string
  /** Beyond those of the fixture and the proof, which they replace. */
  readonly headers?: Headers
  /** In place of the fixture's payload. */
  readonly body?: string | Uint8Array<ArrayBuffer>
}

export interface WebhookAnswer {
  readonly status: number
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it looks at
  readonly json: any
  readonly headers: globalThis.Headers
}

/** Sends what is in a fixture as its sender would. */
export async function send(
  app: Hono<FunctionEnv>,
  { kind, path = `/webhooks/${kind}`, headers: own = {}, payload }: WebhookFixture,
  sending: Sending = {},
): Promise<WebhookAnswer> {
  const { proof = SENDER_PROOFS[kind][0], secret = secretFor(proof), headers = {} } = sending
  const content = sending.body ?? JSON.stringify(payload).replace('"TOKEN"', JSON.stringify(secret))
  const response = await app.request(proof === 'url' ? `${path}/${secret}` : path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...own,
      ...proofHeaders(proof, secret, content),
      ...headers,
    },
    body: content,
  })
  const text = await response.text()
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  const json = isJson ? JSON.parse(text) : undefined
  return { status: response.status, text, json, headers: response.headers }
}
