/** A file is not YAML or JSON, or not such that Kubernetes would read it. */
export class UnreadableManifestError extends Error {
  override readonly name = 'UnreadableManifestError'
  readonly code = 'UNREADABLE_MANIFEST'
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** What is wrong there, without the place: `duplicated mapping key`. */
  readonly reason: string

  constructor(
    place: { readonly file: string; readonly line: number; readonly column: number },
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${place.file}:${place.line}:${place.column}: ${reason}`, options)
    this.file = place.file
    this.line = place.line
    this.column = place.column
    this.reason = reason
  }
}
