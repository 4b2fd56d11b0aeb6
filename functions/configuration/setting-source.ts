import { ConfigurationError } from './configuration-error.ts'

/** Where a platform keeps what its programs are told. */
export interface SettingSource {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Text of a file. @default - there are no files */
  readonly readFile?: (path: string) => Promise<string>
}

/** A longer setting, and what to call it when something is wrong with it. */
export interface SettingText {
  readonly text: string
  readonly where: string
}

/**
 * A longer or secret setting: the text of a variable, or of the file that the variable of the same
 * name and `_FILE` names.
 *
 * @returns `undefined` if there is neither
 * @throws {ConfigurationError} if there are both, or the file cannot be read
 */
export async function settingText(
  { env, readFile }: SettingSource,
  variable: string,
): Promise<SettingText | undefined> {
  const text = env[variable]
  const fileVariable = `${variable}_FILE`
  const file = env[fileVariable]
  if (text && file) throw mistake(`${variable} and ${fileVariable} are both set. Leave one out`)
  if (text) return { text, where: variable }
  if (!file) return undefined
  if (readFile === undefined) {
    throw mistake(
      `${fileVariable} is set, and there are no files here. Put the text into ${variable}`,
    )
  }
  try {
    return { text: await readFile(file), where: file }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw mistake(`${fileVariable}: ${why}. Name a file that this process may read`, error)
  }
}

const mistake = (text: string, cause?: unknown): ConfigurationError =>
  new ConfigurationError([text], { cause })
