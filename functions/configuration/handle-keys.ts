import { ConfigurationError } from './configuration-error.ts'
import { type SettingSource, settingText } from './setting-source.ts'

/** The first one signs, those after it still count. */
export type HandleKeys = readonly [Uint8Array, ...Uint8Array[]]

const LEAST_BYTES = 32
const REMEDY = `Write ${LEAST_BYTES} random bytes or more: openssl rand -base64 ${LEAST_BYTES}`

/**
 * The keys that sign what callers carry: one a line, in base64.
 *
 * @throws {ConfigurationError}
 */
export async function readHandleKeys(source: SettingSource): Promise<HandleKeys | undefined> {
  const setting = await settingText(source, 'LOCKSTEP_HANDLE_KEYS')
  if (setting === undefined) return undefined
  const { text, where } = setting
  const mistakes: string[] = []
  const keys: Uint8Array[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const key = decode(line.trim())
    if (key !== undefined && key.length >= LEAST_BYTES) keys.push(key)
    // Never the line itself, which is a secret.
    else mistakes.push(`${where}, line ${index + 1}: ${problemOf(key)}. ${REMEDY}`)
  }
  const [first, ...others] = keys
  if (mistakes.length > 0) throw new ConfigurationError(mistakes)
  if (first === undefined) throw new ConfigurationError([`${where}: there is no key. ${REMEDY}`])
  return [first, ...others]
}

/**
 * For whoever lets others in, whose handles have to outlive an instance.
 *
 * @throws {ConfigurationError} also if there are none
 */
export async function requireHandleKeys(source: SettingSource): Promise<HandleKeys> {
  const keys = await readHandleKeys(source)
  if (keys !== undefined) return keys
  throw new ConfigurationError([
    `LOCKSTEP_HANDLE_KEYS: Is missing. ${REMEDY}, the same for all instances`,
  ])
}

const problemOf = (key: Uint8Array | undefined): string =>
  key === undefined ? 'this is no base64' : `a key of ${key.length} bytes can be guessed`

function decode(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    return undefined
  }
}
