import { Command } from 'commander'
import type { HoldView, LockView } from '../leases/lock-view.ts'
import { inWords } from './duration-argument.ts'
import { findLock } from './find-lock.ts'
import {
  addLeaseStoreOptions,
  type LeaseStoreOptions,
  openLeaseStore,
} from './lease-store-options.ts'
import { inOneLine } from './printable.ts'
import { renderBounds } from './render-bounds.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep lock show`: all about one lock. */
export const lockShowCommand = (terminal: Terminal): Command =>
  addLeaseStoreOptions(
    new Command('show')
      .description('Show who holds a lock, what follows from its times, and its latest runs')
      .argument('<name>', 'lock')
      .option('--json', 'as JSON'),
  ).action((name: string, options: LockShowOptions) => runShow(name, options, terminal))

interface LockShowOptions extends LeaseStoreOptions {
  readonly json?: boolean
}

const SHOWN_RUNS = 10

async function runShow(name: string, options: LockShowOptions, terminal: Terminal): Promise<void> {
  const store = await openLeaseStore(options, terminal)
  const lock = await findLock(store, options.namespace, name)
  terminal.out(options.json ? `${JSON.stringify(lock, null, 2)}\n` : render(lock, options))
}

function render({ name, holds, waiting, runs }: LockView, { namespace }: LockShowOptions): string {
  return [
    `Lock ${name} in namespace ${namespace}: ${holds.length === 0 ? 'free' : 'held'}, ${waiting} waiting`,
    ...holds.flatMap(renderHold),
    ...(runs.length === 0 ? [] : ['', 'Runs, the latest first']),
    ...runs
      .slice(0, SHOWN_RUNS)
      .map(
        ({ key, status, attempts, result = '' }) =>
          `  ${key}  ${status}, ${attempts === 1 ? '1 attempt' : `${attempts} attempts`}  ${result}`,
      ),
  ]
    .map((line) => `${inOneLine(line).trimEnd()}\n`)
    .join('')
}

const renderHold = (hold: HoldView): string[] => [
  '',
  `  holder    ${hold.holder}${hold.state === 'held' ? '' : ` (${hold.state})`}`,
  ...(hold.brokenBy ? [`  broken    by ${hold.brokenBy.by}: ${hold.brokenBy.reason}`] : []),
  `  lease     ${hold.lease}`,
  `  hold      ${hold.id ?? 'of an elector of other make'}`,
  `  token     ${hold.token ?? 'none'}`,
  `  for       ${inWords(hold.heldForMs)}, as far as clocks agree`,
  `  silent    ${inWords(hold.silentForMs)}`,
  ...Object.entries(hold.metadata).map(([key, value]) => `  ${key.padEnd(8)}  ${value}`),
  ...(hold.bounds ? renderBounds(hold.bounds) : []),
]
