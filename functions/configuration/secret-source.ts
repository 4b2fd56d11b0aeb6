import { z } from 'zod'
import { ConfigurationError } from './configuration-error.ts'
import type { SettingSource } from './setting-source.ts'

const REMEDY = 'Write { file: PATH } or { variable: NAME }'

/** Where a secret is, so that what names it is none. */
export const SECRET_SOURCE = z.union(
  [
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ variable: z.string().regex(/^[A-Za-z_]\w*$/) }),
  ],
  REMEDY,
)

export type SecretSource = z.output<typeof SECRET_SOURCE>

/**
 * The secret, without the end of line that editors and `echo` add.
 *
 * @param where names the setting
 * @throws {ConfigurationError} if it is not there, or empty
 */
export async function readSecret(
  { env, readFile }: SettingSource,
  from: SecretSource,
  where: string,
): Promise<string> {
  if ('variable' in from) return present(env[from.variable], `${where}: ${from.variable}`)
  if (readFile === undefined) {
    throw mistake(`${where}: there are no files here. Write { variable: NAME }`)
  }
  return present(await readFile(from.file).catch(unreadable), `${where}: ${from.file}`)

  function unreadable(error: unknown): never {
    const why = error instanceof Error ? error.message : String(error)
    throw mistake(`${where}: ${why}. Name a file that this process may read`, error)
  }
}

function present(text: string | undefined, where: string): string {
  const secret = text?.trim()
  if (secret) return secret
  throw mistake(`${where} has nothing in it. Put the secret there`)
}

const mistake = (text: string, cause?: unknown): ConfigurationError =>
  new ConfigurationError([text], { cause })
