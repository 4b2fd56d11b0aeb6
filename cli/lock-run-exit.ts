import { HoldLostError, LockHeldError } from '../leases/lock-errors.ts'
import { QueueFullError } from '../leases/lock-queue.ts'
import { RunTakenOverError } from '../leases/run-records.ts'
import { CommandNotStartedError } from './supervised-command.ts'
import type { ExitCode } from './terminal.ts'

/** For the help. Those of our own are as sysexits.h and `timeout` have them. */
export const EXIT_CODES = `
Exit codes: that of the command; 128 + n if signal n ended it; 75 if others hold the lock; 76 if the
hold was lost, so the command was ended or its end came too late; 125 if Lockstep could not do its
part; 126 and 127 if the command cannot be started or found; 2 for wrong arguments.`

const NOT_ACQUIRED = 75
const LOST = 76
const OWN_FAILURE = 125

/** Nobody can say any more that the lock is held, so the command was ended. */
export class CommandStoppedError extends Error {
  override readonly name = 'CommandStoppedError'
  readonly code = 'COMMAND_STOPPED'
  readonly remedy = 'What it did may be done in part. Its next run gets a larger fencing token'

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : 'its hold was not renewed in time'
    super(`The command was ended: ${why}`, { cause })
  }
}

/** Has said itself what is wrong. */
export class CommandFailedError extends Error {
  override readonly name = 'CommandFailedError'
  readonly code = 'COMMAND_FAILED'
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`The command ended with exit code ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** What `lockstep lock run` ends with after an error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandFailedError) return error.exitCode
  if (error instanceof CommandNotStartedError) return error.exitCode
  if (error instanceof LockHeldError || error instanceof QueueFullError) return NOT_ACQUIRED
  const isLost =
    error instanceof CommandStoppedError ||
    error instanceof HoldLostError ||
    error instanceof RunTakenOverError
  return isLost ? LOST : OWN_FAILURE
}
