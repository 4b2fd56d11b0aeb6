import { rename, rm, writeFile } from 'node:fs/promises'
import { leaderDocument } from './leader-document.ts'
import type { Leadership } from './leadership.ts'

/** The file by which an app is told that its pod leads cannot be written. */
export class LeaderFileError extends Error {
  override readonly name = 'LeaderFileError'
  readonly code = 'LEADER_FILE'
  readonly remedy =
    'Give a path in a folder that is there and that this user may write, such as a volume that both containers mount'

  constructor(path: string, cause: NodeJS.ErrnoException) {
    super(`'${path}' cannot be written or removed: ${cause.message}`, { cause })
  }
}

/**
 * A file that is there while the pod leads, and says until when: written anew before that moment for
 * as long as it leads. Whoever reads it compares `until` with the clock of the same machine, since an
 * elector that was killed leaves it behind.
 */
export class LeaderFile {
  readonly #path: string
  readonly #leadership: Leadership
  readonly #everyMs: number

  /** @param everyMs how often it is written anew */
  constructor(path: string, leadership: Leadership, everyMs: number) {
    this.#path = path
    this.#leadership = leadership
    this.#everyMs = everyMs
  }

  /**
   * Keeps it until the signal aborts, and removes it then.
   *
   * @throws {LeaderFileError}
   */
  async keep(signal: AbortSignal): Promise<void> {
    try {
      await this.#tryToWrite()
      while (!signal.aborted) {
        const { version } = this.#leadership
        await this.#write()
        await this.#leadership.untilChanged(version, this.#everyMs, signal)
      }
      await rm(this.#path, { force: true })
    } catch (error) {
      throw new LeaderFileError(this.#path, error as NodeJS.ErrnoException)
    }
  }

  /** Whoever cannot write it finds out at the start, and not when it leads. */
  async #tryToWrite(): Promise<void> {
    await writeFile(this.#next, '')
    await rm(this.#next)
  }

  async #write(): Promise<void> {
    const { state } = this.#leadership
    if (!state.leads) return rm(this.#path, { force: true })
    const until = new Date(Date.now() + state.forMs).toISOString()
    // In one step: nobody reads half of it.
    await writeFile(this.#next, `${JSON.stringify({ ...leaderDocument(state), until })}\n`)
    await rename(this.#next, this.#path)
  }

  get #next(): string {
    return `${this.#path}.next`
  }
}
