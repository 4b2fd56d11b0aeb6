import type { Rendering } from '../manifests/rendering.ts'

/**
 * The environments that were asked for by name, each once; all of them if none was.
 *
 * @throws {UnknownEnvironmentError}
 */
export function selectEnvironments(
  renderings: readonly Rendering[],
  names: readonly string[] | undefined,
): readonly Rendering[] {
  if (names === undefined) return renderings
  return [...new Set(names)].map((name) => {
    const found = renderings.find(({ environment }) => environment === name)
    if (found === undefined) throw new UnknownEnvironmentError(name, renderings)
    return found
  })
}

/** The app definitions have no environment of this name. */
export class UnknownEnvironmentError extends Error {
  override readonly name = 'UnknownEnvironmentError'
  readonly code = 'UNKNOWN_ENVIRONMENT'
  readonly remedy: string

  constructor(name: string, renderings: readonly Rendering[]) {
    super(`The app definitions have no environment '${name}'`)
    this.remedy = `Use one of: ${renderings.map(({ environment }) => environment).join(', ') || '(none)'}`
  }
}
