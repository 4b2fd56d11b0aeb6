import { Command, InvalidArgumentError, Option } from 'commander'
import { formatToken } from '../leases/fencing-token.ts'
import type { HeldLock } from '../leases/held-lock.ts'
import { LockHeldError } from '../leases/lock-errors.ts'
import { DEFAULT_TTL_SECONDS, lockTiming, TtlOutOfRangeError } from '../leases/lock-timing.ts'
import { type HoldOptions, Locks } from '../leases/locks.ts'
import { durationMs } from './duration-argument.ts'
import {
  addLeaseStoreOptions,
  type LeaseStoreOptions,
  openLeaseStore,
  wholeNumber,
} from './lease-store-options.ts'
import { CommandFailedError, CommandStoppedError, EXIT_CODES, exitCodeOf } from './lock-run-exit.ts'
import { reportError } from './report-error.ts'
import { ResultFile } from './result-file.ts'
import { runUnderHold } from './run-under-hold.ts'
import { graceMs, stopBounds } from './stop-bounds.ts'
import type { Terminal } from './terminal.ts'
import { thisHolder } from './this-holder.ts'

/** `lockstep lock run`: a command that runs while a lock is held, and no longer. */
export const lockRunCommand = (terminal: Terminal): Command =>
  addLeaseStoreOptions(
    new Command('run')
      .description(
        'Run a command while it holds a lock. It gets the fencing token in its environment, is ended before the hold can be lost, and the lock is free when all that it started is gone',
      )
      .argument('<name>', 'lock')
      .argument('<command...>', 'what to run, after `--`')
      .option(
        '--wait [duration]',
        'wait until the lock is free, or for so long: --wait=30s (default: try once)',
        durationMs,
      )
      .addOption(
        new Option('--ttl <duration>', 'after this long without a sign of life others get the lock')
          .argParser(ttlSeconds)
          .default(DEFAULT_TTL_SECONDS, `${DEFAULT_TTL_SECONDS}s`),
      )
      .option('--slots <n>', 'how many may hold it at once; all have to say the same', wholeNumber)
      .addOption(
        new Option('--once <key>', 'run only if no run of this key has succeeded yet').conflicts(
          'slots',
        ),
      )
      .option('--holder <text>', 'who this is, for people (default: host and process)')
      .addHelpText('after', EXIT_CODES),
  ).action((name: string, command: string[], options: LockRunOptions) =>
    runLock(name, command, options, terminal),
  )

interface LockRunOptions extends LeaseStoreOptions {
  readonly wait?: number | true
  readonly ttl: number
  readonly slots?: number
  readonly once?: string
  readonly holder?: string
}

const ONCE_IS_BLIND =
  '  → Whoever looks once cannot tell a holder that crashed from one that works. --wait=60s takes over from the dead whose --ttl is shorter\n'

async function runLock(
  name: string,
  command: readonly string[],
  options: LockRunOptions,
  terminal: Terminal,
): Promise<void> {
  try {
    const { once, slots = 1, holder = thisHolder(), namespace } = options
    const locks = new Locks({ store: await openLeaseStore(options, terminal), holder, namespace })
    const hold = { ttlSeconds: options.ttl, signal: terminal.signal, ...waitOf(options) }
    const run = (held: HeldLock, more: NodeJS.ProcessEnv = {}) =>
      runHeld(held, { name, command, ttlSeconds: options.ttl, more }, terminal)
    if (once === undefined) await locks.withLock(name, { ...hold, slots }, (held) => run(held))
    else await runOnce(locks, { name, key: once, hold, run }, terminal)
  } catch (error) {
    if (!(error instanceof CommandFailedError)) reportError(error, terminal)
    if (error instanceof LockHeldError && options.wait === undefined) terminal.err(ONCE_IS_BLIND)
    terminal.setExitCode(exitCodeOf(error))
  }
}

/** @throws {CommandStoppedError} {CommandFailedError} {CommandNotStartedError} */
async function runHeld(
  hold: HeldLock,
  props: {
    readonly name: string
    readonly command: readonly string[]
    readonly ttlSeconds: number
    readonly more: NodeJS.ProcessEnv
  },
  terminal: Terminal,
): Promise<void> {
  const { name, command, ttlSeconds, more } = props
  const bounds = stopBounds(lockTiming({ ttlSeconds }))
  const { epoch, number } = hold.token
  const env = () => ({
    ...terminal.env,
    LOCKSTEP_LOCK: name,
    LOCKSTEP_HOLD_ID: hold.id,
    LOCKSTEP_FENCING_TOKEN: formatToken(hold.token),
    LOCKSTEP_FENCING_EPOCH: epoch,
    LOCKSTEP_FENCING_NUMBER: String(number),
    LOCKSTEP_DEADLINE_MS: wholeMs(hold.remainingMs - bounds.termBeforeMs),
    LOCKSTEP_GRACE_MS: wholeMs(graceMs(bounds)),
    ...more,
  })
  const end = await runUnderHold({ hold, bounds, terminal, command, cwd: terminal.cwd, env })
  if (end.wasStopped) throw new CommandStoppedError(hold.signal.reason)
  if (end.exitCode !== 0) throw new CommandFailedError(end.exitCode)
}

async function runOnce(
  locks: Locks,
  {
    name,
    key,
    hold,
    run,
  }: {
    readonly name: string
    readonly key: string
    readonly hold: HoldOptions
    readonly run: (hold: HeldLock, more: NodeJS.ProcessEnv) => Promise<void>
  },
  terminal: Terminal,
): Promise<void> {
  const { result, isReplay } = await locks.runOnce(name, key, hold, async (held) => {
    await using file = await ResultFile.make()
    await run(held, { LOCKSTEP_RESULT_FILE: file.path })
    return file.read((problem) => terminal.err(`warning: ${problem}\n`))
  })
  if (!isReplay) return
  terminal.err(`Run ${key} of ${name} has succeeded before; nothing was run\n`)
  if (typeof result === 'string') terminal.out(result)
}

const waitOf = ({ wait = 0 }: LockRunOptions): Pick<HoldOptions, 'waitMs'> =>
  wait === true ? {} : { waitMs: wait }

const wholeMs = (ms: number): string => String(Math.max(Math.floor(ms), 0))

function ttlSeconds(text: string): number {
  const seconds = durationMs(text) / 1000
  try {
    lockTiming({ ttlSeconds: seconds })
    return seconds
  } catch (error) {
    if (error instanceof TtlOutOfRangeError) throw new InvalidArgumentError(error.message)
    throw error
  }
}
