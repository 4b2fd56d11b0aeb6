import type { CommitNews } from './notifier.ts'

/** A POST of JSON. */
export interface NotificationRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

/** What a target is told, and how its answers are to be understood. */
export interface NotificationKind<Target> {
  /** Whether it is about this target at all. @default - it is */
  readonly concerns?: (target: Target, news: CommitNews) => boolean
  /** Where it goes, with no part that came with the news but the commit. */
  readonly address: (target: Target) => string
  /** @param nowMs milliseconds since 1970: of this attempt, not of the commit */
  readonly request: (
    target: Target,
    news: CommitNews,
    nowMs: number,
  ) => Promise<NotificationRequest>
  /** Whether a refusal means that it is as it should be already. @default - it never does */
  readonly isDone?: (status: number, body: string) => boolean
}

export const jsonBytes = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(value))

export const JSON_HEADERS = { 'Content-Type': 'application/json', 'User-Agent': 'lockstep' }
