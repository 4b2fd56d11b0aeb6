import {
  BranchMovedError,
  RateLimitedError,
  RemoteUnreachableError,
} from '../gitops/git-remote-errors.ts'
import { RegistryError } from './registry-error.ts'

/**
 * Whether trying again may be enough. All else wants a person, or a change of the settings; and some
 * hosts shut out an address from which wrong credentials come again and again.
 */
export const isPassing = (error: unknown): boolean =>
  error instanceof RegistryError
    ? error.failure === 'throttled' || error.failure === 'unreachable' || error.failure === 'absent'
    : error instanceof BranchMovedError ||
      error instanceof RateLimitedError ||
      error instanceof RemoteUnreachableError

/** How long whoever has had enough asks to be left alone, in milliseconds. */
export const askedPauseMs = (error: unknown): number =>
  error instanceof Error && 'retryAfterMs' in error && typeof error.retryAfterMs === 'number'
    ? error.retryAfterMs
    : 0
