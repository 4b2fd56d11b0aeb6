import { LeaseMissingError, LeaseStoreError } from '../../leases/lease-store-errors.ts'
import { HoldLostError, LockRequestError, LockSlotsError } from '../../leases/lock-errors.ts'
import { QueueFullError } from '../../leases/lock-queue.ts'
import { RunTakenOverError } from '../../leases/run-records.ts'
import { BrokenSealError } from '../../leases/seal.ts'
import { ProblemError } from '../http/problem-error.ts'
import { PROBLEMS } from '../http/problem-types.ts'
import { LOCK_PROBLEMS } from './lock-problem-types.ts'
import { storeProblem } from './store-problem.ts'

/** What an error of locks means for whoever called. */
export function explainError(error: unknown): ProblemError | undefined {
  if (error instanceof LeaseStoreError) return storeProblem(error)
  if (error instanceof LeaseMissingError) return notDeclared(error)
  if (error instanceof HoldLostError) return finished('holdLost', error, { how: error.how })
  if (error instanceof LockSlotsError)
    return finished('conflict', error, { before: { slots: error.slots } })
  if (error instanceof RunTakenOverError) return finished('runTakenOver', error)
  if (error instanceof BrokenSealError) return brokenSeal(error)
  if (error instanceof QueueFullError) return queueFull(error)
  if (error instanceof LockRequestError) {
    return new ProblemError({
      type: PROBLEMS.invalidRequest,
      detail: error.message,
      retryable: false,
      cause: error,
    })
  }
  return undefined
}

/** Says the line that declares the lock, whichever of its Leases is missing. */
function notDeclared(error: LeaseMissingError): ProblemError {
  const { namespace, name } = error.lease
  const [, lock = name, slot] = /^(.+?)\.(?:queue|runs|slot-(\d+))$/.exec(name) ?? []
  const slots = slot === undefined ? '' : `, { slots: ${Number(slot) + 1} }`
  return new ProblemError({
    type: LOCK_PROBLEMS.notDeclared,
    detail: `Lock ${namespace}/${lock} is not declared: there is no Lease ${name}. Add new Lock(namespace, '${lock}'${slots}), and publish`,
    retryable: false,
    cause: error,
  })
}

const finished = (
  type: 'holdLost' | 'runTakenOver' | 'conflict',
  error: Error,
  members: Readonly<Record<string, unknown>> = {},
): ProblemError =>
  new ProblemError({
    type: LOCK_PROBLEMS[type],
    detail: error.message,
    retryable: false,
    members,
    cause: error,
  })

/** Of a handle, `openHandle` tells more. */
const brokenSeal = (error: BrokenSealError): ProblemError =>
  new ProblemError({
    type: LOCK_PROBLEMS.brokenObservation,
    detail: error.message,
    retryable: false,
    cause: error,
  })

const queueFull = (error: QueueFullError): ProblemError =>
  new ProblemError({
    type: LOCK_PROBLEMS.queueFull,
    detail: error.message,
    retryable: true,
    retryAfterMs: 5000,
    cause: error,
  })
