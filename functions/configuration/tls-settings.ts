import { z } from 'zod'
import type { Tls } from '../serving/tls.ts'
import { configured } from './configuration-error.ts'
import { type SettingSource, settingText } from './setting-source.ts'

/** @throws {ConfigurationError} */
export async function readTls(source: SettingSource): Promise<Tls | undefined> {
  const certificate = await settingText(source, 'LOCKSTEP_TLS_CERTIFICATE')
  const key = await settingText(source, 'LOCKSTEP_TLS_KEY')
  if (certificate === undefined && key === undefined) return undefined
  const texts = { LOCKSTEP_TLS_CERTIFICATE: certificate?.text, LOCKSTEP_TLS_KEY: key?.text }
  return configured(TLS, texts, '')
}

const TLS = z
  .object({
    LOCKSTEP_TLS_CERTIFICATE: z
      .string('Is missing, and LOCKSTEP_TLS_KEY is there. Set both or none')
      .includes('-----BEGIN CERTIFICATE-----', { error: 'Write a certificate, in PEM' }),
    LOCKSTEP_TLS_KEY: z
      .string('Is missing, and LOCKSTEP_TLS_CERTIFICATE is there. Set both or none')
      .includes('PRIVATE KEY-----', { error: 'Write a private key, in PEM' }),
  })
  .transform((texts) => ({
    certificate: texts.LOCKSTEP_TLS_CERTIFICATE,
    key: texts.LOCKSTEP_TLS_KEY,
  }))
