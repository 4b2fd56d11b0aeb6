import { retryAfterMs } from '../gitops/retry-after.ts'
import { RegistryError } from './registry-error.ts'

/**
 * What an answer means that is not what was asked for.
 *
 * @param what was asked for, for people
 */
export function registryFailure({ status, headers }: Response, what: string): RegistryError {
  if (status === 401 || status === 403) {
    return new RegistryError('refused', `${what} is not for us: ${status}`)
  }
  if (status === 404) return new RegistryError('absent', `There is no ${what}`)
  if (status === 429) {
    const words = `Too many requests for ${what}`
    return new RegistryError('throttled', words, { retryAfterMs: retryAfterMs(headers) })
  }
  if (status >= 500) return new RegistryError('unreachable', `${what} is answered ${status}`)
  return new RegistryError('wrong', `${what} is answered ${status}, which no registry should`)
}
