import type { HeldLock } from '../leases/held-lock.ts'
import { GroupGuard } from './group-guard.ts'
import { pause } from './pause.ts'
import { graceMs, type StopBounds } from './stop-bounds.ts'
import { SupervisedCommand, type SupervisedCommandProps } from './supervised-command.ts'
import type { Terminal } from './terminal.ts'

export interface RunUnderHoldProps extends Omit<SupervisedCommandProps, 'env'> {
  readonly hold: HeldLock
  /** Of the command, as of the moment in which it is started. */
  readonly env: () => NodeJS.ProcessEnv
  readonly bounds: StopBounds
  readonly terminal: Pick<Terminal, 'signal' | 'takeSignals'>
}

export interface CommandEnd {
  readonly exitCode: number
  /** The hold was lost, or about to be, so the command was asked to end. */
  readonly wasStopped: boolean
}

/**
 * Runs a command while a lock is held, and ends it with all that it started before anybody else can
 * have the lock. When this settles, the command is gone, so the lock can be released.
 *
 * Signals of this process are the command's: what to do about them is up to it, and the lock is held
 * until it has done so.
 *
 * @throws {CommandNotStartedError}
 * @throws {HoldLostError} if the hold is over before the command could be started
 * @throws the reason of the terminal's signal, if this process was interrupted before that
 */
export async function runUnderHold(props: RunUnderHoldProps): Promise<CommandEnd> {
  const { terminal } = props
  const early: NodeJS.Signals[] = []
  let take = (signal: NodeJS.Signals): void => void early.push(signal)
  // Before the command is there: what comes while it starts is for the command as well.
  const giveBackSignals = terminal.takeSignals?.((signal) => take(signal))
  try {
    const command = await startGuarded(props)
    take = (signal) => command.send(signal)
    early.forEach(take)
    const over = new AbortController()
    const stopped = stopInTime(props, command, over.signal)
    const exitCode = await command.ended
    over.abort()
    return { exitCode, wasStopped: await stopped }
  } finally {
    giveBackSignals?.()
  }
}

async function startGuarded(props: RunUnderHoldProps): Promise<SupervisedCommand> {
  const { hold, bounds, terminal } = props
  terminal.signal.throwIfAborted()
  const guard = await GroupGuard.start()
  try {
    terminal.signal.throwIfAborted()
    hold.assertHeld()
    const mayRunForMs = () => hold.remainingMs - bounds.killBeforeMs
    return await SupervisedCommand.start({ ...props, env: props.env() }, guard, mayRunForMs)
  } catch (error) {
    guard.end()
    throw error
  }
}

/** @returns whether it had to */
async function stopInTime(
  { hold, bounds }: RunUnderHoldProps,
  command: SupervisedCommand,
  over: AbortSignal,
): Promise<boolean> {
  const grace = graceMs(bounds)
  const wake = AbortSignal.any([over, hold.signal])
  for (;;) {
    const untilTermMs = hold.remainingMs - bounds.termBeforeMs
    if (over.aborted) return false
    if (untilTermMs <= 0 || hold.signal.aborted) break
    command.allow(hold.remainingMs - bounds.killBeforeMs)
    await pause(Math.min(untilTermMs, grace / 2), wake)
  }
  command.stop()
  // A renewal that still comes gives no more time: the command has been told.
  await pause(Math.min(grace, hold.remainingMs - bounds.killBeforeMs), over)
  if (!over.aborted) command.send('SIGKILL')
  return true
}
