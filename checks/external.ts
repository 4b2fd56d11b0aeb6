import { describeIdentity, type Identity } from '../manifests/identity.ts'

/**
 * Objects that exist in the cluster although nobody here makes them, declared one a line as
 * `<Kind>[.<group>] [<namespace>/]<name>`, where `*` stands for any characters:
 * `PriorityClass.scheduling.k8s.io high`, `Service shared/*`. The group may be left out.
 */
export class ExternalObjects {
  readonly #exact = new Set<string>()
  readonly #patterns: RegExp[] = []

  /** @throws {InvalidExternalError} */
  constructor(declarations: readonly string[] = []) {
    for (const declaration of declarations) {
      if (!/^[A-Z][A-Za-z0-9]*(\.[a-z0-9.-]+)? [^\s/]+(\/[^\s/]+)?$/.test(declaration)) {
        throw new InvalidExternalError(declaration)
      }
      if (declaration.includes('*')) this.#patterns.push(asPattern(declaration))
      else this.#exact.add(declaration)
    }
  }

  has(identity: Identity): boolean {
    if (this.#exact.size === 0 && this.#patterns.length === 0) return false
    const full = describeIdentity(identity)
    const short = describeIdentity({ ...identity, group: '' })
    return (
      this.#exact.has(full) ||
      this.#exact.has(short) ||
      this.#patterns.some((pattern) => pattern.test(full) || pattern.test(short))
    )
  }
}

function asPattern(declaration: string): RegExp {
  const source = declaration.replaceAll(/[.*+?^${}()|[\]\\]/g, (character) =>
    character === '*' ? '[^ ]*' : `\\${character}`,
  )
  return new RegExp(`^${source}$`)
}

/** A declaration of an external object cannot be read. */
export class InvalidExternalError extends Error {
  override readonly name = 'InvalidExternalError'
  readonly code = 'INVALID_EXTERNAL'
  readonly remedy =
    "Write '<Kind>[.<group>] [<namespace>/]<name>', as 'Service payments/api' or 'PriorityClass high'"

  constructor(declaration: string) {
    super(`'${declaration}' does not name an object`)
  }
}
