import { GitCommandRemote } from '../gitops/git-command-remote.ts'
import type { DeployOptions } from './deploy-options.ts'
import { type ProjectConfig, readProjectConfig } from './project-config.ts'
import type { Terminal } from './terminal.ts'

/** The deploy branch that a command works with. */
export interface DeployTarget {
  readonly remote: GitCommandRemote
  readonly branch: string
  /** Name of the project that publishes. */
  readonly project?: string
}

/**
 * Opens the deploy repository of a project for as long as `work` takes.
 *
 * @throws {UnknownRemoteError}
 * @throws {ProjectConfigError}
 */
export function withDeployTarget<T>(
  options: DeployOptions,
  terminal: Terminal,
  work: (target: DeployTarget) => Promise<T>,
): Promise<T> {
  const { project, ...config } = readProjectConfig(terminal.cwd)
  return open(options, config, terminal, (target) =>
    work({ ...target, ...(project !== undefined && { project }) }),
  )
}

/**
 * Opens a deploy repository for as long as `work` takes. Whoever says which one and which branch of it
 * needs no project around.
 *
 * @throws {UnknownRemoteError}
 * @throws {ProjectConfigError}
 */
export function withDeployBranch<T>(
  options: DeployOptions,
  terminal: Terminal,
  work: (target: Omit<DeployTarget, 'project'>) => Promise<T>,
): Promise<T> {
  const { remote, branch } = options
  const config =
    remote !== undefined && branch !== undefined
      ? { remote, branch }
      : readProjectConfig(terminal.cwd)
  return open(options, config, terminal, work)
}

async function open<T>(
  options: DeployOptions,
  config: Pick<ProjectConfig, 'remote' | 'branch'>,
  terminal: Terminal,
  work: (target: Omit<DeployTarget, 'project'>) => Promise<T>,
): Promise<T> {
  const remote = await GitCommandRemote.open({
    remote: options.remote ?? config.remote,
    cwd: terminal.cwd,
    env: terminal.env,
    signal: terminal.signal,
    interactive: terminal.interactive ?? false,
    ...(options.timeout !== undefined && { idleTimeoutMs: options.timeout * 1000 }),
  })
  try {
    return await work({ remote, branch: options.branch ?? config.branch })
  } finally {
    await remote.close()
  }
}
