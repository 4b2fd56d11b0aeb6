import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { SenderKind } from '../../../functions/webhooks/webhook-sender.ts'

const FOLDER = join(import.meta.dirname, 'fixtures')

/** What a sender sends, and where it is documented. */
export interface WebhookFixture {
  readonly source: string
  readonly kind: SenderKind
  /** @default `/webhooks/` and the kind */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payload: Readonly<Record<string, unknown>>
}

export const FIXTURE_NAMES: readonly string[] = globSync('*.json', { cwd: FOLDER })
  .map((file) => basename(file, '.json'))
  .sort()

export const fixture = (name: string): WebhookFixture =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'))
