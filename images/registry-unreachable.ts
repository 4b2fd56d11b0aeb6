import { RegistryError } from './registry-error.ts'

/**
 * What it means that an answer did not come, or not to its end.
 *
 * @param what happened, for people
 * @throws the reason of `signal`, if it is that somebody has given up
 */
export function registryUnreachable(
  what: string,
  error: unknown,
  signal: AbortSignal,
): RegistryError {
  signal.throwIfAborted()
  const why = error instanceof Error ? causeOf(error) : String(error)
  return new RegistryError('unreachable', `${what}: ${why}`, { cause: error })
}

/** `fetch failed` says nothing; Node has the reason in the cause. */
const causeOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? cause.message || message : message
