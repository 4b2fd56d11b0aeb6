import { load, YAMLException } from 'js-yaml'
import { ConfigurationError } from './configuration-error.ts'

/**
 * One document of YAML, or JSON, which is YAML too.
 *
 * @param where the name of the file or variable
 * @throws {ConfigurationError}
 */
export function readYaml(text: string, where: string): unknown {
  try {
    return load(text)
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const { line = 0 } = error.mark ?? {}
    throw new ConfigurationError(
      [`${where}, line ${line + 1}: ${error.reason}. Correct the YAML`],
      {
        cause: error,
      },
    )
  }
}
