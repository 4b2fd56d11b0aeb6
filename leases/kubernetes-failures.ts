import { KubernetesError, KubernetesRefusalError } from '../kubernetes/errors.ts'
import { LeaseStoreError } from './lease-store-errors.ts'

export const isStatus = (error: unknown, status: number): boolean =>
  error instanceof KubernetesRefusalError && error.status === status

/** What went wrong with a call, in the words of stores. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof KubernetesError)) return error
  const { message, outcome, retryable, retryAfterMs } = error
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  return new LeaseStoreError({ message, outcome, retryable, ...wait, cause: error })
}
