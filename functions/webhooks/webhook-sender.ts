/**
 * Who may send webhooks, by the path that theirs come at below `/webhooks/`, and how each can prove that
 * it was they. A proof is as good as what the sender can do, no better.
 *
 * - `x-signature`, `hub-signature`, `standard-webhooks`: signed with the secret, which never travels
 * - `bearer`, `basic`: the secret in `Authorization`; with `basic` it is `NAME:PASSWORD`
 * - `gitlab-token`: the secret in `X-Gitlab-Token`
 * - `metadata`: the secret in the body, at `metadata.token`
 * - `url`: the secret at the end of the path. Proxies write it into their logs
 */
export const SENDER_PROOFS = {
  flux: ['x-signature', 'bearer', 'url'],
  argocd: ['bearer', 'basic'],
  flagger: ['metadata', 'url'],
  'argo-rollouts': ['bearer'],
  alertmanager: ['bearer', 'basic'],
  github: ['hub-signature'],
  gitlab: ['standard-webhooks', 'gitlab-token'],
  'registry/distribution': ['bearer', 'basic'],
  'registry/harbor': ['bearer', 'basic'],
  'registry/docker-hub': ['url'],
  'registry/quay': ['url'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type SenderKind = keyof typeof SENDER_PROOFS

export type Proof = (typeof SENDER_PROOFS)[SenderKind][number]

/** Registries that can be anywhere, so they have to be told what their images are called by. */
export type HostedRegistry = 'registry/distribution' | 'registry/harbor' | 'registry/quay'

interface SenderProps<Kind extends SenderKind> {
  readonly kind: Kind
  readonly proof: (typeof SENDER_PROOFS)[Kind][number]
  /** Both count, so that one can be replaced while its sender still has the other. */
  readonly secrets: readonly [string] | readonly [string, string]
  /**
   * The only environment that it may speak of.
   *
   * @default - any, which whoever has the secret chooses
   */
  readonly environment?: string | undefined
}

interface HostedSenderProps<Kind extends HostedRegistry> extends SenderProps<Kind> {
  /** What its images begin with: `registry.example.com:5000`. It speaks of no others. */
  readonly host: string
}

/** A sender that is let in. There may be several of a kind, each with secrets of its own. */
export type WebhookSender = {
  [Kind in SenderKind]: Kind extends HostedRegistry ? HostedSenderProps<Kind> : SenderProps<Kind>
}[SenderKind]
