import { ConfigurationError } from '../configuration/configuration-error.ts'
import type { LogSink } from '../http/log-sink.ts'
import { type Tls, UnusableCertificateError } from './tls.ts'

export interface TlsRenewalProps {
  /** What is used now. */
  readonly tls: Tls
  /** @throws {ConfigurationError} */
  readonly read: () => Promise<Tls | undefined>
  /** @throws {UnusableCertificateError} */
  readonly use: (tls: Tls) => void
  readonly log: LogSink
  /** @default 60_000 */
  readonly everyMs?: number
}

/**
 * Looks from time to time whether a certificate was replaced, and has the new one used from the next
 * connection on. One that cannot be used is left alone, and looked at again: its key may come a moment
 * later.
 *
 * @returns ends that
 */
export function renewTls({ tls, read, use, log, everyMs = 60_000 }: TlsRenewalProps): () => void {
  let used = tls
  const look = async (): Promise<void> => {
    const next = await read()
    if (next === undefined || areSame(next, used)) return
    use(next)
    used = next
    log({ level: 'info', message: 'Uses the new certificate', fields: {} })
  }
  const say = (error: unknown): void => {
    const isExpected =
      error instanceof ConfigurationError || error instanceof UnusableCertificateError
    if (!isExpected) throw error
    const message = `Goes on with the old certificate: ${error.message}`
    log({ level: 'warn', message, fields: {} })
  }
  const timer = setInterval(() => void look().catch(say), everyMs)
  return () => clearInterval(timer)
}

const areSame = (one: Tls, other: Tls): boolean =>
  one.certificate === other.certificate && one.key === other.key
