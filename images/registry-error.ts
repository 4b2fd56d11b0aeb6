/**
 * - `absent`: it has no such repository or tag, or none for us.
 * - `refused`: it does not let us in.
 * - `throttled`: it asks to be left alone for a while.
 * - `unreachable`: no answer came, or a failure of its own.
 * - `wrong`: an answer that nothing may be written because of, as a digest that is not that of the content.
 */
export type RegistryFailure = 'absent' | 'refused' | 'throttled' | 'unreachable' | 'wrong'

/** A registry did not say what an image is. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code = 'REGISTRY'
  readonly failure: RegistryFailure
  /** How long to leave it alone, in milliseconds, where it says so. */
  readonly retryAfterMs: number | undefined
  readonly remedy: string

  constructor(
    failure: RegistryFailure,
    message: string,
    options?: ErrorOptions & { readonly retryAfterMs?: number | undefined },
  ) {
    super(message, options)
    this.failure = failure
    this.retryAfterMs = options?.retryAfterMs
    this.remedy = REMEDIES[failure]
  }
}

const REMEDIES: Readonly<Record<RegistryFailure, string>> = {
  absent:
    'Push it, or correct its name; a private registry says the same to whoever may not read it',
  refused: 'Give the name and password of an account that may read it in `registries`',
  throttled: 'It is asked again later; an account of its own may ask more often',
  unreachable: 'It is asked again later; nothing was written',
  wrong: 'Nothing was written. Ask who runs the registry, or what stands before it',
}
