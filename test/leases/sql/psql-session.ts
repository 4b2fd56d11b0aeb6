import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export type SqlParameters = Readonly<Record<string, string | number | bigint>>

export interface SqlResult {
  /** Those that it gave, as text. */
  readonly rows: readonly string[]
  /** How many it gave or changed. */
  readonly count: number
}

/** PostgreSQL refused a statement. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  /** PostgreSQL's documentation, appendix A. */
  readonly code: string

  constructor(code: string, message: string) {
    super(`PostgreSQL: ${message} (${code})`)
    this.code = code
  }
}

/** Begins the line that `psql` is asked to print after each statement. */
const DONE = '--- done'

/** One connection, by PostgreSQL's own client. */
export class PsqlSession {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #ended: Promise<unknown>

  constructor(psql: string, args: readonly string[]) {
    this.#child = spawn(psql, ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // Nothing that it reads of where it runs, as `PGOPTIONS`.
      env: { LC_ALL: 'C' },
    })
    this.#ended = once(this.#child, 'close')
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  /**
   * Runs one statement, in which `:name` stands for the parameter of that name.
   *
   * @throws {SqlError}
   */
  async run(statement: string, parameters: SqlParameters = {}): Promise<SqlResult> {
    const set = Object.entries(parameters).map(([name, value]) => `\\set ${name} ${quoted(value)}`)
    const done = `\\echo ${DONE} :SQLSTATE :ROW_COUNT :LAST_ERROR_MESSAGE`
    this.#child.stdin!.write(`${[...set, `${statement};`, done].join('\n')}\n`)
    const rows: string[] = []
    for (;;) {
      const { value: line, done: isOver } = await this.#lines.next()
      if (isOver) throw new Error('psql has ended')
      if (line.startsWith(DONE)) return resultOf(line, rows)
      rows.push(line)
    }
  }

  /** What it has not committed goes with it. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}

function resultOf(line: string, rows: readonly string[]): SqlResult {
  const [state = '', count, ...message] = line.slice(DONE.length + 1).split(' ')
  if (state !== '00000') throw new SqlError(state, message.join(' '))
  return { rows, count: Number(count) }
}

/** `psql` puts a variable into the statement as it is, so that a text has to bring its quotes. */
const quoted = (value: string | number | bigint): string =>
  typeof value === 'string' ? `'''${value.replaceAll("'", "''''")}'''` : String(value)
