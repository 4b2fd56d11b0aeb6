import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A package of the system could not be installed. */
export class DebianPackageError extends Error {
  override readonly name = 'DebianPackageError'
  readonly code = 'DEBIAN_PACKAGE'
  readonly remedy: string

  constructor(name: string, message: string, options?: ErrorOptions) {
    super(`${name} could not be installed: ${message}`, options)
    this.remedy = `Run \`apt-get install ${name}\` as root, or do without: its tests are skipped then`
  }
}

/**
 * Installs a package of Debian or Ubuntu for all of this machine.
 *
 * @throws {DebianPackageError} if this is another system, or this user may not
 */
export async function installDebianPackage(name: string): Promise<void> {
  try {
    await run('apt-get', ['update'])
    await run('apt-get', ['install', '--yes', '--no-install-recommends', name], {
      // Whoever asks questions gets no answer.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  } catch (error) {
    const { stderr = '', message } = error as Error & { readonly stderr?: string }
    const because = stderr.trim().split('\n').at(-1) || message
    throw new DebianPackageError(name, because, { cause: error })
  }
}
