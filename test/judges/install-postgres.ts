import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DebianPackageError, installDebianPackage } from './debian-package.ts'

const PACKAGE = 'postgresql'

/** What the package reads while it is being installed. */
const SETTINGS = '/etc/postgresql-common/createcluster.d/lockstep.conf'

/**
 * Installs the programs of PostgreSQL. By itself the package would also make a database, and start a
 * server on port 5432 with this machine.
 *
 * @throws {DebianPackageError}
 */
export async function installPostgres(): Promise<void> {
  await write('create_main_cluster = false\n')
  try {
    await installDebianPackage(PACKAGE)
  } finally {
    await rm(SETTINGS)
  }
}

async function write(settings: string): Promise<void> {
  try {
    await mkdir(dirname(SETTINGS), { recursive: true })
    await writeFile(SETTINGS, settings)
  } catch (error) {
    throw new DebianPackageError(PACKAGE, (error as Error).message, { cause: error })
  }
}
