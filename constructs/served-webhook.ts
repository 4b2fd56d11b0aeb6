import type { ISecret } from 'cdk8s-plus-27'
import { existingSecret, MISSING_SECRET } from './existing-secret.ts'
import { optional, record, required } from './options.ts'
import { REGISTRY_HOST, UNKNOWN_HOST } from './served-registry.ts'
import { readBy, type Shape } from './shape.ts'
import { oneOf } from './value-shapes.ts'

/** A sender of webhooks, in the words of docs/webhooks.md. */
export interface ServedWebhook {
  /** Decides how it proves itself, and how what it sends is read. */
  readonly kind: WebhookKind

  /** Existing Secret that has under `secret` what the sender proves itself by. */
  readonly secret: ISecret

  /**
   * What the images of a registry begin with. For `registry/distribution` and `registry/harbor`, which can be
   * anywhere, and `registry/quay`.
   *
   * @default - `quay.io` for `registry/quay`, `docker.io` for `registry/docker-hub`
   */
  readonly host?: string
}

const KINDS = [
  'flux',
  'argocd',
  'flagger',
  'argo-rollouts',
  'alertmanager',
  'github',
  'gitlab',
  'registry/distribution',
  'registry/harbor',
  'registry/docker-hub',
  'registry/quay',
] as const
export type WebhookKind = (typeof KINDS)[number]

const ANY_WEBHOOK = record<ServedWebhook>(
  {
    kind: required(oneOf(KINDS), 'flux'),
    secret: required(existingSecret('flux-webhook'), MISSING_SECRET),
    host: optional(REGISTRY_HOST, UNKNOWN_HOST),
  },
  "{ kind: 'flux', secret: … }",
)

/** Of a sender that is of no kind nothing follows. */
export const SERVED_WEBHOOK: Shape<ServedWebhook> = readBy(
  ANY_WEBHOOK,
  (value, option, mistakes) => {
    const read = ANY_WEBHOOK.read(value, option, mistakes)
    return read?.kind === (value as Partial<ServedWebhook>)?.kind ? read : undefined
  },
)

/** Registries that may be anywhere, and where they mostly are. */
const HOSTS = new Map<WebhookKind, string | undefined>([
  ['registry/distribution', undefined],
  ['registry/harbor', undefined],
  ['registry/quay', 'quay.io'],
])

/** Whether a sender can be any registry of its kind, and may say of which images it speaks. */
export const mayHaveHost = ({ kind }: ServedWebhook): boolean => HOSTS.has(kind)

/** Of whose images a registry speaks; `undefined` for other senders, and for those that have to say it. */
export const hostOf = ({ kind, host }: ServedWebhook): string | undefined =>
  kind === 'registry/docker-hub' ? 'docker.io' : (host ?? HOSTS.get(kind))
