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

/** Where one can see what runs. */
export interface LiveOptions {
  readonly kubeconfig?: string
  readonly context?: string
}

export const addLiveOptions = (command: Command): Command =>
  command
    .option('--kubeconfig <file>', 'look at the cluster of this kubeconfig as well')
    .option('--context <name>', 'context in it')

/** What a command about one app says of it. */
export const APP_ARGUMENT = ['<app>', "app, as 'shop/checkout' or 'checkout'"] as const
