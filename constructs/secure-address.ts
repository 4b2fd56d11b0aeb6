import { isSecureAddress } from '../functions/configuration/secure-address.ts'
import { type Shape, shape } from './shape.ts'

/** Where credentials are sent to. */
export const secureAddress = (example: string): Shape<string> =>
  shape({
    expected:
      'an address that begins with https://, or http:// for Services of the cluster, without a password',
    example: `'${example}'`,
    is: (value) => typeof value === 'string' && isSecureAddress(value),
  })
