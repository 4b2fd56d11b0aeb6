/**
 * Where webhooks lead: what the functions know of rollouts, and nothing more. They have found out who
 * sent a webhook; whether it matters is for the sink.
 *
 * - Everything comes at least once, in any order, and some never. Whatever is told twice has the effect
 *   of once: an id that an instance remembers keeps work away, and is no promise.
 * - Everything may be old. Few senders sign a time, so whoever has recorded a webhook can send it again:
 *   what one says of a revision counts only if that is no older than what the sink knows already.
 * - Nothing in it is true because it says so. It says where to look.
 *
 * All may be called at once by many. They have to come back within a few seconds: senders wait for 10 s
 * and less.
 */
export interface WebhookSink {
  /**
   * Something may have changed. Comes back once that is noted, and not when it was looked at.
   *
   * @throws {SinkUnavailableError} so that the sender tells it again, if it is one that does
   */
  look(hint: LookHint, signal: AbortSignal): Promise<void>

  /**
   * An alert began to fire, fires still, or was resolved. One that was resolved resumes nothing.
   *
   * @throws {SinkUnavailableError}
   */
  alert(alert: Alert, signal: AbortSignal): Promise<void>

  /**
   * Whether a release that somebody else drives may go on. Asked again at each of its intervals, so it
   * has to be cheap and must not change anything.
   *
   * @throws {SinkUnavailableError} which is told as `pending`: what fails here aborts nothing
   */
  gate(question: GateQuestion, signal: AbortSignal): Promise<GateAnswer>

  /**
   * Somebody may have pushed an image. Comes back once that is noted.
   *
   * @throws {SinkUnavailableError}
   */
  image(push: ImagePush, signal: AbortSignal): Promise<void>
}

/** What an app is called in its environment: names of Kubernetes, which can be parts of paths. */
export interface AppName {
  readonly namespace: string
  readonly app: string
}

/** Who told: the sender's kind, and what its settings and its webhook say of where. */
export interface Told {
  /** `flux`, `github`, `registry/harbor`. */
  readonly sender: string
  /**
   * The only environment that the sender may speak of, by its settings; else the one that its webhook
   * names. `undefined`: it may be any.
   */
  readonly environment: string | undefined
}

/** Where something may have changed. What is not there is not known, and may be anything. */
export interface LookHint extends Told {
  /** One sentence without full stop, for the log. */
  readonly reason: string
  readonly app?: AppName
  /** Host and path, as `repositoryName` has them: `github.com/acme/deploy`. */
  readonly repository?: string
  readonly branch?: string
  /** A commit, in full. May be one from long ago: see `WebhookSink`. */
  readonly revision?: string
}

/** An alert of Alertmanager. Which app it is about is by the labels `namespace` and `app`. */
export interface Alert extends Told {
  readonly status: 'firing' | 'resolved'
  /** `alertname`. */
  readonly name: string
  /** Of its labels; with `startsAt`, what tells one alert from another. */
  readonly fingerprint: string
  /** Milliseconds since 1970. */
  readonly startsAtMs: number
  readonly namespace: string | undefined
  readonly app: string | undefined
  /** `stable`, `canary`, or what somebody has written there. */
  readonly track: string | undefined
  readonly labels: Readonly<Record<string, string>>
  /** Its annotation `summary`. */
  readonly summary: string | undefined
}

/** When a gate is asked: at a hook of Flagger, or for a metric of Argo Rollouts. */
export const GATE_HOOKS = [
  'confirm-rollout',
  'pre-rollout',
  'rollout',
  'confirm-traffic-increase',
  'confirm-promotion',
  'rollback',
  'metric',
] as const

export type GateHook = (typeof GATE_HOOKS)[number]

/**
 * May this go on? The same question at each hook, `rollback` too: there an answer of `refused` rolls
 * back, and whoever approves of everything rolls nothing back.
 */
export interface GateQuestion extends Told, AppName {
  readonly hook: GateHook
  /** What the asker knows its revision by: Flagger's checksum, the hash of a pod template. No secret. */
  readonly checksum: string | undefined
  /** What whoever set up the hook has written there, without its token. */
  readonly metadata: Readonly<Record<string, string>>
}

export interface GateAnswer {
  readonly state: 'approved' | 'pending' | 'refused'
  /** One sentence without full stop, for events and measurements: `waits for approval 1 of 2`. */
  readonly reason: string
  /** The revision that the answer is about, as the sink calls it. */
  readonly revision?: string
  /** Of the plan, from 0. */
  readonly step?: number
}

/**
 * An image that a registry says it got. A hint: the digest is read again from the registry, and from
 * none that the settings do not name.
 */
export interface ImagePush extends Told {
  /** With its host: `ghcr.io/acme/checkout`. */
  readonly repository: string
  readonly tag: string
  /** As the webhook has it. Nothing is written because of it. */
  readonly claimedDigest: string | undefined
  /** By which the sender knows its webhook, or the event in it; for people. Not all have one. */
  readonly delivery: string | undefined
}

/** The sink cannot take anything now, and may later. */
export class SinkUnavailableError extends Error {
  override readonly name = 'SinkUnavailableError'
  readonly code = 'SINK_UNAVAILABLE'
}
