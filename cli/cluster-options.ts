import type { Command } from 'commander'
import type { AppName } from '../reconciler/rollout-in-cluster.ts'

/** Which cluster a command changes. */
export interface ClusterOptions {
  readonly kubeconfig?: string
  readonly context?: string
}

export const addClusterOptions = (command: Command): Command =>
  command
    .option(
      '--kubeconfig <file>',
      'kubeconfig file (default: the service account of this pod, or as kubectl)',
    )
    .option('--context <name>', 'context in it')

/** Without the branch nobody knows which namespace an app is in. */
export class AppNameError extends Error {
  override readonly name = 'AppNameError'
  readonly code = 'APP_NAME'
  readonly remedy = 'Write it with its namespace, as shop/checkout'

  constructor(name: string) {
    super(`'${name}' does not say which namespace the app is in, and the branch is not asked`)
  }
}

/** @throws {AppNameError} */
export function appInCluster(name: string): AppName {
  const [namespace = '', app = '', ...rest] = name.split('/')
  if (namespace === '' || app === '' || rest.length > 0) throw new AppNameError(name)
  return { namespace, name: app }
}
