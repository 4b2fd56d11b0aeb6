import type { Command } from 'commander'
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
