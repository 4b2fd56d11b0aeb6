import { z } from 'zod'
import { isStandardSecret } from '../webhooks/standard-webhooks.ts'
import {
  type HostedRegistry,
  type Proof,
  SENDER_PROOFS,
  type SenderKind,
  type WebhookSender,
} from '../webhooks/webhook-sender.ts'
import { ConfigurationError, configured } from './configuration-error.ts'
import { ENVIRONMENT_NAME } from './environment-name.ts'
import { Mistakes } from './mistakes.ts'
import { readYaml } from './read-yaml.ts'
import { readSecret, SECRET_SOURCE } from './secret-source.ts'
import { type SettingSource, settingText } from './setting-source.ts'

/**
 * Who may send webhooks: YAML or JSON in `LOCKSTEP_WEBHOOKS`, or in the file that
 * `LOCKSTEP_WEBHOOKS_FILE` names, with the secrets elsewhere.
 *
 * @returns none if neither is set
 * @throws {ConfigurationError} with all that is wrong
 */
export async function readWebhookSenders(source: SettingSource): Promise<readonly WebhookSender[]> {
  const setting = await settingText(source, 'LOCKSTEP_WEBHOOKS')
  if (setting === undefined) return []
  const { text, where } = setting
  const { senders } = configured(WEBHOOK_SENDERS, readYaml(text, where), where)
  const mistakes = new Mistakes()
  const read: WebhookSender[] = []
  for (const [index, sender] of senders.entries()) {
    const secrets = await readSecrets(source, sender, `${where} senders[${index}]`, mistakes)
    if (secrets !== undefined) read.push({ ...sender, secrets })
  }
  for (const mistake of sharedSecrets(read)) mistakes.add(`${where} ${mistake}`)
  if (!mistakes.isEmpty) throw mistakes.toError()
  return read
}

/** @returns `undefined` if there is none that counts */
async function readSecrets(
  source: SettingSource,
  { secrets, proof }: z.output<typeof WEBHOOK_SENDERS>['senders'][number],
  where: string,
  mistakes: Mistakes,
): Promise<WebhookSender['secrets'] | undefined> {
  const read: string[] = []
  for (const [index, from] of secrets.entries()) {
    const name = `${where}.secrets[${index}]`
    const secret = await mistakes.collect(async () =>
      strong(await readSecret(source, from, name), proof, name),
    )
    if (secret !== undefined) read.push(secret)
  }
  const [first, second] = read
  if (first === undefined) return undefined
  return second === undefined ? [first] : [first, second]
}

const RANDOM = 'openssl rand -hex 32'

interface Strength {
  readonly isStrong: (secret: string) => boolean
  readonly remedy: string
}

const UNGUESSABLE: Strength = {
  isStrong: (secret) => secret.length >= 16,
  remedy: `Write 16 characters or more: ${RANDOM}`,
}

/** What a secret has to be for each proof, where that is more than long. */
const STRENGTHS: Readonly<Partial<Record<Proof, Strength>>> = {
  url: {
    isStrong: (secret) => /^[\w-]{32,}$/.test(secret),
    remedy: `Write 32 letters, digits, - and _ or more: ${RANDOM}`,
  },
  basic: {
    isStrong: (secret) => /^[^:]+:.{16,}$/s.test(secret),
    remedy: `Write NAME:PASSWORD, with a password of 16 characters or more: ${RANDOM}`,
  },
  'standard-webhooks': {
    isStrong: isStandardSecret,
    remedy: 'Write the signing token as GitLab shows it: whsec_ and base64',
  },
}

/** Never says the secret. */
function strong(secret: string, proof: Proof, where: string): string {
  const { isStrong, remedy } = STRENGTHS[proof] ?? UNGUESSABLE
  if (isStrong(secret)) return secret
  throw new ConfigurationError([`${where}: is no secret for the proof ${proof}. ${remedy}`])
}

/** Which of them a webhook is from, nobody could tell. */
function sharedSecrets(senders: readonly WebhookSender[]): readonly string[] {
  return senders.flatMap(({ kind, secrets }, index) => {
    const first = senders.findIndex(
      (other) => other.kind === kind && other.secrets.some((secret) => secrets.includes(secret)),
    )
    if (first === index) return []
    return [`senders[${index}]: has a secret of senders[${first}]. Give each its own`]
  })
}

const SECRETS = z
  .array(SECRET_SOURCE)
  .min(1, 'Write where its secret is: [{ file: PATH }] or [{ variable: NAME }]')
  .max(2, 'Two secrets count at once, no more')

const senderOf = <Kind extends SenderKind>(kind: Kind) => {
  const proofs: (typeof SENDER_PROOFS)[Kind] = SENDER_PROOFS[kind]
  return z.strictObject({
    kind: z.literal(kind),
    proof: z.enum(proofs, `Write ${proofs.join(' or ')}`).default(proofs[0]),
    secrets: SECRETS,
    environment: ENVIRONMENT_NAME.optional(),
  })
}

const HOST = z
  .string('Write what its images begin with, such as registry.example.com')
  .regex(/^[a-z0-9.-]+(:\d+)?$/, 'Write what its images begin with, such as registry.example.com')

const hostedSenderOf = <Kind extends HostedRegistry>(kind: Kind, host: z.ZodType<string>) =>
  senderOf(kind).extend({ host })

/** All senders of one function. */
export const WEBHOOK_SENDERS = z.strictObject({
  senders: z
    .array(
      z.discriminatedUnion(
        'kind',
        [
          senderOf('flux'),
          senderOf('argocd'),
          senderOf('flagger'),
          senderOf('argo-rollouts'),
          senderOf('alertmanager'),
          senderOf('github'),
          senderOf('gitlab'),
          hostedSenderOf('registry/distribution', HOST),
          hostedSenderOf('registry/harbor', HOST),
          senderOf('registry/docker-hub'),
          hostedSenderOf('registry/quay', HOST.default('quay.io')),
        ],
        `Write one of ${Object.keys(SENDER_PROOFS).join(', ')}`,
      ),
    )
    .min(1, 'Add a sender, or do not name the file'),
})
