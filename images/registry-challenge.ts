/** How a registry wants to know who asks: RFC 9110, section 11, and "Token Authentication" of distribution. */
export type RegistryChallenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer'
      /** Where tokens are handed out. */
      readonly realm: string
      readonly service: string | undefined
    }

/**
 * Reads `WWW-Authenticate`. Of several challenges, a token is preferred.
 *
 * @returns `undefined` if it is none that we can answer
 */
export function readChallenge(header: string): RegistryChallenge | undefined {
  const bearer = /(?:^|[\s,])bearer\s+(.*)$/is.exec(header)?.[1]
  if (bearer !== undefined) {
    const realm = parameter(bearer, 'realm')
    return realm === undefined
      ? undefined
      : { scheme: 'bearer', realm, service: parameter(bearer, 'service') }
  }
  return /(?:^|[\s,])basic(?:\s|$)/i.test(header) ? { scheme: 'basic' } : undefined
}

function parameter(parameters: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|[\\s,])${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,]+))`, 'i').exec(
    parameters,
  )
  return found?.[1]?.replaceAll(/\\(.)/g, '$1') ?? found?.[2]
}
