/** Where a server listens. */
export interface ListenAddress {
  /** A name or address of this machine; `''` for all that it has. */
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
}

/** `HOST:PORT` or `:PORT`; IPv6 addresses in brackets. `undefined` for what is neither. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, name, address, digits] = /^(?:([\w.-]*)|\[([\da-f:.]+)\]):(\d{1,5})$/i.exec(text) ?? []
  const port = Number(digits)
  return digits === undefined || port > 65_535 ? undefined : { host: name ?? address ?? '', port }
}

/** Whether nobody but this machine can reach it. */
export const isLoopback = ({ host }: ListenAddress): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
