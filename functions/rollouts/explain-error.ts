import { NotAnEnvironmentError } from '../../gitops/environment-on-branch.ts'
import { GitCommandError } from '../../gitops/git-errors.ts'
import {
  BranchMovedError,
  RateLimitedError,
  RemoteRefusedError,
  RemoteUnreachableError,
} from '../../gitops/git-remote-errors.ts'
import { MalformedInventoryError } from '../../gitops/inventory.ts'
import { UnsupportedServerError } from '../../gitops/unsupported-server-error.ts'
import { BrokenRolloutError, UnknownRolloutError } from '../../reconciler/act-on-rollout.ts'
import { RolloutRequestRefusedError } from '../../rollouts/acts.ts'
import { ProblemError, type ProblemErrorProps, type ProblemType } from '../http/problem-error.ts'
import { ROLLOUT_PROBLEMS } from './rollout-problem-types.ts'

type Explained = Omit<ProblemErrorProps, 'detail' | 'cause'>

const SOON_MS = 1_000

const final = (type: ProblemType): Explained => ({ type, retryable: false })

/** What an error of rollouts, or of the repository that they are in, means for whoever called. */
export function explainError(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error)) return undefined
  const explained = explain(error)
  if (explained === undefined) return undefined
  const remedy = 'remedy' in error ? `. ${error.remedy}` : ''
  return new ProblemError({ ...explained, detail: `${error.message}${remedy}`, cause: error })
}

function explain(error: Error): Explained | undefined {
  if (error instanceof RolloutRequestRefusedError) return final(ROLLOUT_PROBLEMS.refused)
  if (error instanceof UnknownRolloutError) return final(ROLLOUT_PROBLEMS.unknownRollout)
  if (error instanceof BrokenRolloutError) return final(ROLLOUT_PROBLEMS.broken)
  return ofRepository(error)
}

function ofRepository(error: Error): Explained | undefined {
  if (error instanceof BranchMovedError) {
    return { type: ROLLOUT_PROBLEMS.branchBusy, retryable: true, retryAfterMs: SOON_MS }
  }
  if (error instanceof RateLimitedError) {
    const { retryAfterMs } = error
    return { type: ROLLOUT_PROBLEMS.throttled, retryable: true, retryAfterMs }
  }
  if (error instanceof RemoteUnreachableError) {
    const isUnknown = error.outcome === 'unknown'
    const type = isUnknown
      ? ROLLOUT_PROBLEMS.unknownOutcome
      : ROLLOUT_PROBLEMS.repositoryUnreachable
    return { type, retryable: true, outcome: error.outcome, retryAfterMs: SOON_MS }
  }
  if (error instanceof RemoteRefusedError) return final(ROLLOUT_PROBLEMS.repositoryRefused)
  const isUnusable = UNUSABLE.some((known) => error instanceof known)
  return isUnusable ? final(ROLLOUT_PROBLEMS.repositoryUnusable) : undefined
}

const UNUSABLE = [
  GitCommandError,
  MalformedInventoryError,
  NotAnEnvironmentError,
  UnsupportedServerError,
] as const
