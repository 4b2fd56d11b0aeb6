import { execFile } from 'node:child_process'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
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
    throw failureOf(name, error)
  }
}

/**
 * Puts the files of a package into a folder, as they would be below `/`. For what would be started with
 * this machine if it were installed; it has to do without the packages that it depends on.
 *
 * @throws {DebianPackageError} if this is another system, or does not know the package
 */
export async function unpackDebianPackage(name: string, folder: string): Promise<void> {
  // Renamed when it is whole: whatever ends this process, half of it never counts as unpacked.
  const partial = `${folder}.${process.pid}.partial`
  try {
    await mkdir(partial, { recursive: true })
    // Others have to do with the lists that there are.
    if (userInfo().uid === 0) await run('apt-get', ['update'])
    await run('apt-get', ['download', name], { cwd: partial })
    const [archive] = await readdir(partial)
    const path = join(partial, archive as string)
    await run('dpkg-deb', ['--extract', path, partial])
    await rm(path)
    await rename(partial, folder)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw failureOf(name, error)
  }
}

function failureOf(name: string, error: unknown): DebianPackageError {
  const { stderr = '', message } = error as Error & { readonly stderr?: string }
  const because = stderr.trim().split('\n').at(-1) || message
  return new DebianPackageError(name, because, { cause: error })
}
