import { type Command, InvalidArgumentError, Option } from 'commander'
import { addDeployOptions, type DeployOptions } from './deploy-options.ts'

/** Which rollouts a command is about. */
export interface RolloutOptions extends DeployOptions {
  readonly env?: string
}

export const addRolloutOptions = (command: Command): Command =>
  addDeployOptions(command).option(
    '-e, --env <name>',
    'environment (default: the only one on the branch that it can be)',
  )

/** Who is asked: the branch itself, or the functions. */
export interface ServedOptions extends RolloutOptions {
  readonly server?: string
}

/** Of a command that does something. */
export type ActOptions = ServedOptions

/** Of a command that looks at one app. */
export interface LookOptions extends ServedOptions, SightOptions {}

export const addActOptions = (command: Command): Command =>
  addRolloutOptions(command).addOption(
    serverOption('act on the branch').conflicts(['remote', 'branch']),
  )

export const addReadOptions = (command: Command): Command =>
  addRolloutOptions(command).addOption(
    serverOption('read the branch').conflicts([
      'remote',
      'branch',
      'kubeconfig',
      'context',
      'prometheus',
    ]),
  )

const serverOption = (instead: string): Option =>
  new Option(
    '--server <url>',
    `ask the functions at this address, as whoever the token in LOCKSTEP_TOKEN is of (default: ${instead}, with your own rights)`,
  ).argParser(serverAddress)

function serverAddress(text: string): string {
  const { protocol = '' } = URL.parse(text) ?? {}
  if (protocol === 'https:' || protocol === 'http:') return text.replace(/\/+$/, '')
  throw new InvalidArgumentError('Write an address, as https://lockstep.example.com.')
}

/** Where one can see what runs, and what was measured of it. */
export interface SightOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly prometheus?: string
}

export const addSightOptions = (command: Command): Command =>
  command
    .option('--kubeconfig <file>', 'look at the cluster of this kubeconfig as well')
    .option('--context <name>', 'context in it')
    .option('--prometheus <url>', 'where the requests that apps count themselves are kept')

/** What a command about one app says of it. */
export const APP_ARGUMENT = ['<app>', "app, as 'shop/checkout' or 'checkout'"] as const
