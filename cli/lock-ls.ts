import { Command } from 'commander'
import { type LockView, locksIn } from '../leases/lock-view.ts'
import { inWords } from './duration-argument.ts'
import {
  addLeaseStoreOptions,
  type LeaseStoreOptions,
  openLeaseStore,
} from './lease-store-options.ts'
import { inOneLine } from './printable.ts'
import { renderTable } from './render-table.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep lock ls`: who holds what. */
export const lockLsCommand = (terminal: Terminal): Command =>
  addLeaseStoreOptions(
    new Command('ls')
      .description('Show the locks of a namespace, who holds them and who waits')
      .option('--json', 'as JSON'),
  ).action((options: LockLsOptions) => runLs(options, terminal))

interface LockLsOptions extends LeaseStoreOptions {
  readonly json?: boolean
}

async function runLs(options: LockLsOptions, terminal: Terminal): Promise<void> {
  const store = await openLeaseStore(options, terminal)
  const locks = locksIn(await store.list(options.namespace, terminal.signal))
  if (options.json) terminal.out(`${JSON.stringify(locks, null, 2)}\n`)
  else if (locks.length === 0)
    terminal.out(`There are no locks in namespace ${options.namespace}\n`)
  else terminal.out(renderTable(HEADER, locks.flatMap(rowsOf)))
}

const HEADER = ['LOCK', 'HOLDER', 'FOR', 'SILENT FOR', 'TOKEN', 'WAITING']

const rowsOf = ({ name, holds, waiting }: LockView): readonly string[][] =>
  holds.length === 0
    ? [[name, '-', '-', '-', '-', String(waiting)]]
    : holds.map(({ holder, heldForMs, silentForMs, token = '-', state }) => [
        name,
        inOneLine(state === 'held' ? holder : `${holder} (${state})`),
        inWords(heldForMs),
        inWords(silentForMs),
        token,
        String(waiting),
      ])
