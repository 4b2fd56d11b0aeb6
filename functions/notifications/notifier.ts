import type { AppName } from '../webhooks/webhook-sink.ts'

/** Tells others of commits, so that nobody has to wait until somebody looks. */
export interface Notifier {
  /**
   * Tells all that want to know. Nothing depends on it: whoever is not reached finds the commit when it
   * looks itself. So nobody should wait for this before the next thing, and it never fails.
   *
   * @returns what became of each, in the order of the settings, after some seconds at most
   */
  committed(news: CommitNews): Promise<readonly NotificationResult[]>
}

/** A commit on a deploy branch. */
export interface CommitNews {
  readonly environment: string
  /** By whatever address: `https://github.com/acme/deploy.git`, `git@github.com:acme/deploy`. */
  readonly repository: string
  readonly branch: string
  /** In full. */
  readonly commit: string
  /** What the branch had before. @default - not known */
  readonly previous?: string
  readonly apps: readonly AppName[]
  /** `publish`, `advance`, `promote`, `abort`: as the trailer of the commit has it. */
  readonly action: string
  /** Where the commit leaves what it is about. */
  readonly state: CommitState
  /** One sentence without full stop: `checkout gets 25 %`. */
  readonly message: string
  /** Where people read more. @default - nowhere */
  readonly url?: string
  /** Milliseconds since 1970. */
  readonly atMs: number
}

export type CommitState = 'under-way' | 'succeeded' | 'failed'

export interface NotificationResult {
  /** Kind and host: `flux-receiver flux.example.com`. No path, which may be a secret. */
  readonly target: string
  /**
   * `delivered`: it said that it has it. `refused`: it said that it does not want it, which stays so
   * until somebody changes something. `failed`: nobody knows.
   */
  readonly outcome: 'delivered' | 'refused' | 'failed'
  /** Of the last answer, if there was one. */
  readonly status: number | undefined
  readonly attempts: number
  /** One sentence without full stop. */
  readonly detail: string
}
