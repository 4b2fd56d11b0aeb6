/** What a server shows who it is by, in PEM. */
export interface Tls {
  /** With those above it, if there are any in between. */
  readonly certificate: string
  readonly key: string
}

/** The certificate or its key cannot be read, or they do not belong to each other. */
export class UnusableCertificateError extends Error {
  override readonly name = 'UnusableCertificateError'
  readonly code = 'UNUSABLE_CERTIFICATE'
  readonly remedy = 'Use the key that the certificate was made for, both in PEM'

  constructor(options: { readonly cause: Error }) {
    super(`The certificate and its key cannot be used: ${options.cause.message}`, options)
  }
}

/** @throws {UnusableCertificateError} if that throws, which only reads them */
export function readingTls<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw new UnusableCertificateError({ cause: error as Error })
  }
}
