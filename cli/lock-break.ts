import { Command } from 'commander'
import { breakHold } from '../leases/break-hold.ts'
import { systemClock } from '../leases/clock.ts'
import type { HoldView } from '../leases/lock-view.ts'
import { inWords } from './duration-argument.ts'
import { findLock } from './find-lock.ts'
import {
  addLeaseStoreOptions,
  type LeaseStoreOptions,
  openLeaseStore,
} from './lease-store-options.ts'
import type { Terminal } from './terminal.ts'
import { thisPerson } from './this-holder.ts'

/** `lockstep lock break`: ends a hold that is somebody else's. */
export const lockBreakCommand = (terminal: Terminal): Command =>
  addLeaseStoreOptions(
    new Command('break')
      .description('End the hold of somebody else, who learns it at the next renewal')
      .argument('<name>', 'lock')
      .requiredOption('--reason <text>', 'why, for whoever wonders')
      .option('--hold <id>', 'the hold that is meant, of a lock with several')
      .option(
        '--at-once',
        'let others in before the holder can know: safe only if all that the lock protects checks tokens',
      ),
  ).action((name: string, options: LockBreakOptions) => runBreak(name, options, terminal))

interface LockBreakOptions extends LeaseStoreOptions {
  readonly reason: string
  readonly hold?: string
  readonly atOnce?: boolean
}

/** It is not clear whose hold is meant. */
class SeveralHoldsError extends Error {
  override readonly name = 'SeveralHoldsError'
  readonly code = 'SEVERAL_HOLDS'
  readonly remedy: string

  constructor(name: string, holds: readonly HoldView[]) {
    super(`Lock '${name}' has ${holds.length} holds`)
    const list = holds.map(({ id, holder }) => `--hold ${id} (${holder})`).join(', ')
    this.remedy = `Say which one: ${list}`
  }
}

/** An elector of other make does not look at what we write. */
class ForeignHoldError extends Error {
  override readonly name = 'ForeignHoldError'
  readonly code = 'FOREIGN_HOLD'
  readonly remedy = 'End that program, or have it give up its lease'

  constructor(name: string, holder: string) {
    super(`Lock '${name}' is held by ${holder}, an elector of other make; nothing was done`)
  }
}

async function runBreak(
  name: string,
  options: LockBreakOptions,
  terminal: Terminal,
): Promise<void> {
  const { namespace, reason, atOnce = false } = options
  const store = await openLeaseStore(options, terminal)
  const { holds } = await findLock(store, namespace, name)
  const meant = holds.filter(({ id, state }) => state === 'held' && (options.hold ?? id) === id)
  if (meant.length > 1) throw new SeveralHoldsError(name, meant)
  const [hold] = meant
  if (hold !== undefined && hold.id === undefined) throw new ForeignHoldError(name, hold.holder)
  const isBroken =
    hold?.id !== undefined &&
    (await breakHold(
      { store, clock: systemClock, random: Math.random },
      { lease: { namespace, name: hold.lease }, id: hold.id, by: thisPerson(), reason, atOnce },
    ))
  if (!isBroken) {
    terminal.err(`Nobody holds ${name}${options.hold ? ' under that id' : ''}; nothing was done\n`)
    terminal.setExitCode(1)
    return
  }
  terminal.out(`Broke hold ${hold.id} of ${hold.holder}\n${consequences(hold, atOnce)}`)
}

const consequences = ({ bounds }: HoldView, atOnce: boolean): string => {
  const learns = `Its holder learns it at its next renewal, within ${inWords(bounds?.renewsEveryMs ?? 0)} if it runs, and has to stop.`
  return atOnce
    ? `Others may have the lock now. ${learns} Until then only the fencing token keeps it from writing.\n`
    : `${learns} Others get the lock ${inWords(bounds?.takenOverWithinMs ?? 0)} after its last sign of life.\n`
}
