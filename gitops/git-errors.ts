/** There is no `git` command, or it is too old. */
export class GitUnusableError extends Error {
  override readonly name = 'GitUnusableError'
  readonly code = 'GIT_UNUSABLE'
  readonly remedy = 'Install Git 2.31 or newer and make sure that it is in PATH'
}

/** Git does not know in whose name to commit. */
export class GitIdentityError extends Error {
  override readonly name = 'GitIdentityError'
  readonly code = 'GIT_IDENTITY'
  readonly remedy =
    'Run `git config user.name "Your Name"` and `git config user.email you@example.com`'

  constructor(options?: ErrorOptions) {
    super('Git does not know who commits: user.name or user.email is not set', options)
  }
}

/** The name of the remote means nothing here. */
export class UnknownRemoteError extends Error {
  override readonly name = 'UnknownRemoteError'
  readonly code = 'UNKNOWN_REMOTE'
  readonly remedy: string

  constructor(remote: string, { isInRepository }: { readonly isInRepository: boolean }) {
    const isName = isRemoteName(remote)
    super(
      isName && !isInRepository
        ? `There is no Git remote '${remote}', since this folder is in no Git repository`
        : `'${remote}' is neither a Git remote of this repository nor a path or URL`,
    )
    const init = isInRepository ? '' : '`git init` and '
    const repository = isName
      ? `Run ${init}\`git remote add ${remote} URL\`, or name the deploy repository`
      : 'Name a deploy repository that exists,'
    this.remedy = `${repository} with --remote or with \`lockstep: { remote: … }\` in cdk8s.yaml`
  }
}

/** What Git would take as the name of a remote, and nobody as a path. */
const isRemoteName = (remote: string): boolean => /^[\w-]+$/.test(remote)

/** A `git` command failed for a reason that nobody foresaw: a full disk, a broken configuration. */
export class GitCommandError extends Error {
  override readonly name = 'GitCommandError'
  readonly code = 'GIT_COMMAND'
  readonly remedy: string

  constructor(subcommand: string, exitCode: number, stderr: string) {
    super(`\`git ${subcommand}\` failed with exit code ${exitCode}: ${stderr.trim()}`)
    this.remedy =
      /no space left on device|out of diskspace|disk quota exceeded|file too large/i.test(stderr)
        ? 'Make room on the disk and run again; the branch is as it was'
        : 'Correct what Git complains about and run again; the branch is as it was'
  }
}

/** A `git` command gave no sign of life for too long and was ended. */
export class GitTimeoutError extends Error {
  override readonly name = 'GitTimeoutError'
  readonly code = 'GIT_TIMEOUT'

  constructor(subcommand: string, idleMs: number) {
    super(`no sign of life from \`git ${subcommand}\` for ${idleMs / 1000} s`)
  }
}
