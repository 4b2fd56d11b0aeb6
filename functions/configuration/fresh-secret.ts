import { readSecret, type SecretSource } from './secret-source.ts'
import type { SettingSource } from './setting-source.ts'

/** A secret that is read again each time that it is used, so that it can be replaced meanwhile. */
export type FreshSecret = () => Promise<string>

/**
 * @param where names the setting
 * @throws {ConfigurationError} if it is not there now, or empty
 */
export async function freshSecret(
  source: SettingSource,
  from: SecretSource,
  where: string,
): Promise<FreshSecret> {
  const read = () => readSecret(source, from, where)
  await read()
  return read
}
