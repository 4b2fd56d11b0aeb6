/** Whoever asked does not wait for the answer any more. */
export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError'
  readonly code = 'CALLER_GONE'

  constructor(options?: ErrorOptions) {
    super('The caller went away', options)
  }
}
