import { spawnSync } from 'node:child_process'
import { delimiter, dirname } from 'node:path'

export interface RunProps {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Runs a program to its end and returns what it printed. The Node of this process is the first that
 * it finds, whichever the machine has.
 *
 * @throws {RunError} with all that it printed, if it failed
 */
export function run(program: string, args: readonly string[], { cwd, env }: RunProps): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 240_000,
    env: {
      ...userEnvironment(),
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      ...QUIET,
      ...env,
    },
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new RunError([program, ...args].join(' '), status, `${stdout}${stderr}`)
  return stdout
}

export class RunError extends Error {
  override readonly name = 'RunError'
  readonly output: string

  constructor(command: string, status: number | null, output: string) {
    super(`\`${command}\` ended with ${status}:\n${output}`)
    this.output = output
  }
}

/** Settings of npm and the CLI of cdk8s that keep them from the network where they can be kept. */
const QUIET = {
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  npm_config_fetch_timeout: '20000',
  CDK8S_CHECK_UPGRADE: 'false',
} as const

/** What npm and Vitest set for this run, and a person's shell would not have. */
const OURS =
  /^(npm_(?!config_(registry|cache|cafile)$)|NODE_(ENV|OPTIONS|PATH)$|VITEST|FORCE_COLOR)/

const userEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name)))
