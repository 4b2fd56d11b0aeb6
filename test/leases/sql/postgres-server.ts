import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, chown, mkdir, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '../../control-plane/eventually.ts'
import { ProgramError } from '../../control-plane/program-error.ts'
import { keepLogs, newRunFolder } from '../../control-plane/run-folder.ts'
import { SupervisedProcess } from '../../control-plane/supervised-process.ts'
import { PsqlSession } from './psql-session.ts'

const run = promisify(execFile)

/** Where Debian's packages put the programs of each version. */
const VERSIONS = '/usr/lib/postgresql'
/** Whom Debian's package makes for it: it refuses to run as root. */
const ACCOUNT = 'postgres'

/** A PostgreSQL of its own, on a socket in its folder alone, that is gone when it is disposed of. */
export class PostgresServer implements AsyncDisposable {
  /** Whether it is installed, which `npm run judges` does. */
  static isPossible(): boolean {
    return programs() !== undefined
  }

  readonly #programs: string
  readonly #folder: string
  readonly #process: SupervisedProcess

  private constructor(programs: string, folder: string, process: SupervisedProcess) {
    this.#programs = programs
    this.#folder = folder
    this.#process = process
  }

  /** @throws {ProgramError} */
  static async start(): Promise<PostgresServer> {
    const bin = programs()
    if (bin === undefined) throw new Error('Run `npm run judges` first')
    const folder = await newRunFolder()
    const data = join(folder, 'data')
    await makeDataFolder(folder, data)
    const [program, ...args] = asAccount(join(bin, 'initdb'), [
      ...['--pgdata', data, '--username', ACCOUNT, '--auth', 'trust'],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ])
    await run(program, args)
    const server = new PostgresServer(bin, folder, await startIn(bin, folder, data))
    try {
      await server.#whenReady()
    } catch (error) {
      await server.#process.stop()
      await keepLogs(folder)
      throw error
    }
    return server
  }

  /** A connection of its own, that whoever asked for it ends. */
  session(): PsqlSession {
    return new PsqlSession(join(this.#programs, 'psql'), [
      ...['--host', this.#socketFolder, '--username', ACCOUNT, '--dbname', 'postgres'],
    ])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop()
    await rm(this.#folder, { recursive: true })
  }

  get #socketFolder(): string {
    return join(this.#folder, 'data')
  }

  async #whenReady(): Promise<void> {
    let endedAs: string | undefined
    void this.#process.ended.then((how) => {
      endedAs = how
    })
    const isReady = () =>
      run(join(this.#programs, 'pg_isready'), ['--host', this.#socketFolder]).then(
        () => true,
        () => false,
      )
    await eventually('PostgreSQL takes connections', isReady, (is) => is || endedAs !== undefined)
    if (endedAs === undefined) return
    throw await ProgramError.of(this.#process, `ended with ${endedAs} before it was ready`)
  }
}

/** Those of the newest version. */
function programs(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined
  return readdirSync(VERSIONS)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((folder) => ['postgres', 'psql'].every((program) => existsSync(join(folder, program))))
}

const isRoot = (): boolean => userInfo().uid === 0

/** Where the server can write, and its socket is. */
async function makeDataFolder(folder: string, data: string): Promise<void> {
  await mkdir(data, { mode: 0o700 })
  if (!isRoot()) return
  // It gets there, and sees nothing else of what is in the folder of the run.
  await chmod(folder, 0o711)
  await chown(data, await idOf('--user'), await idOf('--group'))
}

const idOf = async (what: '--user' | '--group'): Promise<number> =>
  Number((await run('id', [what, ACCOUNT])).stdout)

const asAccount = (program: string, args: readonly string[]): [string, ...string[]] =>
  isRoot()
    ? ['setpriv', `--reuid=${ACCOUNT}`, `--regid=${ACCOUNT}`, '--clear-groups', program, ...args]
    : [program, ...args]

function startIn(bin: string, folder: string, data: string): Promise<SupervisedProcess> {
  const [program, ...args] = asAccount(join(bin, 'postgres'), [
    ...['-D', data, '-k', data],
    ...['-c', 'listen_addresses='],
    // What a power cut would lose is thrown away after the run anyway.
    ...['-c', 'fsync=off'],
  ])
  return SupervisedProcess.start('postgres', program, args, folder)
}
