import { Command, Option } from 'commander'
import { SERVE_SETTINGS } from '../functions/configuration/serve-settings.ts'
import type { ServedStore } from '../functions/node.ts'
import {
  addStoreOptions,
  openFile,
  openLeasesOf,
  openTransport,
  type StoreOptions,
} from './lease-store-options.ts'
import { serveBeside } from './serve-beside.ts'
import { serveUntilStopped } from './serve-until-stopped.ts'
import type { Terminal } from './terminal.ts'

type ServeOptions = StoreOptions & Readonly<Record<string, string | number | undefined>>

const WIDEST = Math.max(...SERVE_SETTINGS.map(({ variable }) => variable.length))

const HOW_IT_IS_TOLD = `
Each option but those of the store can be a variable of the environment instead:
${SERVE_SETTINGS.map(({ variable, flags }) => `  ${variable.padEnd(WIDEST)}  ${flags}`).join('\n')}

TERM stops it: it says that it is not ready, goes on for a while, and finishes what is under way. A
second TERM leaves out the while.`

/** `lockstep serve`: locks by HTTP, and rollouts if some are configured. */
export function serveCommand(terminal: Terminal): Command {
  const command = addStoreOptions(
    new Command('serve')
      .description(
        'Serve locks and rollouts by HTTP, to those who are let in; without a word on who is, to this machine',
      )
      .addHelpText('after', HOW_IT_IS_TOLD),
  )
  for (const { flags, description } of SERVE_SETTINGS) command.option(flags, description)
  return command.action((options: ServeOptions) => runServe(options, terminal))
}

async function runServe(options: ServeOptions, terminal: Terminal): Promise<void> {
  const { serveLocks } = await import('../functions/node.ts')
  const served = await openServedStore(options, terminal)
  const env = { ...terminal.env, ...variablesOf(options) }
  const beside = serveBeside(served.client, { cwd: terminal.cwd, env })
  const start = (write: (line: string) => void) => serveLocks({ ...served, env, beside, write })
  await serveUntilStopped(start, terminal)
}

/** @throws {LeaseStoreError} {NotInClusterError} {UnknownContextError} {KubernetesClientMissingError} */
async function openServedStore(options: StoreOptions, terminal: Terminal): Promise<ServedStore> {
  const { store: file } = options
  if (file !== undefined) return { store: await openFile(file, options, terminal) }
  const { KubernetesClient } = await import('../kubernetes/kubernetes-client.ts')
  const client = new KubernetesClient({ transport: await openTransport(options, terminal.env) })
  return { client, store: await openLeasesOf(client, options) }
}

/** What was said by an option counts, whatever the variable says. */
const variablesOf = (options: ServeOptions): Readonly<Record<string, string>> =>
  Object.fromEntries(
    SERVE_SETTINGS.flatMap(({ variable, flags }) => {
      const value = options[new Option(flags).attributeName()]
      return value === undefined ? [] : [[variable, String(value)]]
    }),
  )
