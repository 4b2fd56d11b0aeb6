import { GitCommandRemote } from '../gitops/git-command-remote.ts'
import type { DeployOptions } from './deploy-options.ts'
import { readProjectConfig } from './project-config.ts'
import type { Terminal } from './terminal.ts'

/** The deploy branch that a command works with. */
export interface DeployTarget {
  readonly remote: GitCommandRemote
  readonly branch: string
  /** Name of the project that publishes. */
  readonly project?: string
}

/**
 * Opens the deploy repository for as long as `work` takes.
 *
 * @throws {UnknownRemoteError}
 * @throws {ProjectConfigError}
 */
export async function withDeployTarget<T>(
  options: DeployOptions,
  terminal: Terminal,
  work: (target: DeployTarget) => Promise<T>,
): Promise<T> {
  const config = readProjectConfig(terminal.cwd)
  const remote = await GitCommandRemote.open({
    remote: options.remote ?? config.remote,
    cwd: terminal.cwd,
    env: terminal.env,
    signal: terminal.signal,
    interactive: terminal.interactive ?? false,
    ...(options.timeout !== undefined && { idleTimeoutMs: options.timeout * 1000 }),
  })
  try {
    const { project } = config
    return await work({
      remote,
      branch: options.branch ?? config.branch,
      ...(project !== undefined && { project }),
    })
  } finally {
    await remote.close()
  }
}
