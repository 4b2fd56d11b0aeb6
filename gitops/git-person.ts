import { throwIfNoIdentity } from './git-answers.ts'
import { gitEnvironment } from './git-environment.ts'
import { GitCommandError } from './git-errors.ts'
import { runGit } from './git-process.ts'
import type { GitSourceProps } from './git-source.ts'

/** In whose name Git commits. */
export interface GitPerson {
  readonly name: string
  readonly email: string
}

/**
 * The person that Git commits as in a folder.
 *
 * @throws {GitIdentityError} if it does not know
 * @throws {GitUnusableError} {GitCommandError}
 */
export async function gitPerson({ cwd, env, signal }: GitSourceProps): Promise<GitPerson> {
  const { exitCode, stdout, stderr } = await runGit({
    args: ['var', 'GIT_AUTHOR_IDENT'],
    cwd,
    env: gitEnvironment({ env, interactive: false }),
    signal,
    interactive: false,
  })
  throwIfNoIdentity(stderr)
  const [, name = '', email] = /^(.*) <(.*)> \d+ [+-]\d{4}$/.exec(stdout.toString().trim()) ?? []
  if (exitCode !== 0 || email === undefined) throw new GitCommandError('var', exitCode, stderr)
  return { name, email }
}
