import type { ListenAddress } from './listen-address.ts'

/** The address is in use, or not one of this machine, or needs a right. */
export class ServerAddressError extends Error {
  override readonly name = 'ServerAddressError'
  readonly code = 'SERVER_ADDRESS'
  readonly remedy = 'Choose another one, or end what is there'

  constructor({ host, port }: ListenAddress, options: { readonly cause: Error }) {
    super(`Cannot listen at ${host}:${port}: ${options.cause.message}`, options)
  }
}
