import { Command, InvalidArgumentError, Option } from 'commander'
import { ELECTOR_PATHS, ELECTOR_VARIABLES, type ElectorWork } from '../leases/names.ts'
import type { ElectorSurroundings } from './elector-surroundings.ts'
import type { ElectorVariables } from './elector-variables.ts'
import type { StoreOptions } from './lease-store-options.ts'
import { reportError } from './report-error.ts'
import { type RunElectorProps, runElector, StuckError } from './run-elector.ts'
import type { Terminal } from './terminal.ts'

const WORKS: readonly ElectorWork[] = ['requests', 'supervised', 'cooperative', 'job']

const HOW_IT_IS_TOLD_AND_ASKED = `
What it stands for, and who it is, it reads from its environment, as the manifests of SingletonService
and SingletonJob set it: ${Object.values(ELECTOR_VARIABLES).join(', ')}.

GET ${ELECTOR_PATHS.leader} answers 200 while its pod leads, with the fencing token, and else 503; with ?wait=30s
it waits until that changes. TERM ends it, when it has taken back what it has to.`

type ElectOptions = Omit<RunElectorProps, 'surroundings'> & StoreOptions

/** Opens what an elector acts on, from what it was told. */
export type OpenSurroundings = (
  options: StoreOptions,
  variables: ElectorVariables,
) => Promise<ElectorSurroundings>

/** The command `elect`, wherever that is from which it opens what it acts on. */
export const electorCommand = (terminal: Terminal, open: OpenSurroundings): Command =>
  new Command('elect')
    .description(
      'Stand for election beside an app, and do what leadership is for: have requests sent to this pod, let its work run and end it in time, or say who leads to whoever asks',
    )
    .addOption(
      new Option('--work <what>', 'what only the leader does').choices(WORKS).makeOptionMandatory(),
    )
    .option('--port <number>', 'where it answers the kubelet and the app', portNumber, 9401)
    .option('--socket <path>', 'Unix socket on which it answers too')
    .option('--file <path>', 'file that is there while the pod leads, and says until when')
    .option('--proc <folder>', 'where the processes of the pod are seen', '/proc')
    .addHelpText('after', HOW_IT_IS_TOLD_AND_ASKED)
    .action((options: ElectOptions) => elect(options, terminal, open))

/** Signals that ask it to end. Others mean nothing to it. */
const ENDING: ReadonlySet<NodeJS.Signals> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'])
const FAILED = 1
/** For what it said last. */
const READ_WITHIN_MS = 1000

async function elect(
  options: ElectOptions,
  terminal: Terminal,
  open: OpenSurroundings,
): Promise<void> {
  const stop = new AbortController()
  const giveBackSignals = terminal.takeSignals?.((signal) => {
    if (ENDING.has(signal)) stop.abort(new Error(`It was asked to end by ${signal}`))
  })
  try {
    const ending = AbortSignal.any([stop.signal, terminal.signal])
    const surroundings = (variables: ElectorVariables) => open(options, variables)
    await runElector({ ...options, surroundings }, terminal, ending)
  } catch (error) {
    reportError(error, terminal)
    terminal.setExitCode(FAILED)
    // What it waits for keeps the process alive too.
    if (error instanceof StuckError) terminal.endNow?.()
  } finally {
    giveBackSignals?.()
    terminal.endWithin?.(READ_WITHIN_MS)
  }
}

/** @throws {InvalidArgumentError} */
function portNumber(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError('Write a number from 1 to 65535.')
  }
  return port
}
