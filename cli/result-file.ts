import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MOST_RESULT_BYTES } from '../leases/run-records.ts'

/** A file in which a command may leave what it came to, for whoever asks for the same run later. */
export class ResultFile implements AsyncDisposable {
  readonly path: string
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
    this.path = join(folder, 'result')
  }

  static async make(): Promise<ResultFile> {
    return new ResultFile(await mkdtemp(join(tmpdir(), 'lockstep-result-')))
  }

  /**
   * What was left, as text; `undefined` if nothing was. A run that did its work has succeeded, so a
   * result that cannot be kept is a warning.
   */
  async read(warn: (problem: string) => void): Promise<string | undefined> {
    const text = await this.#text()
    // As it is kept: in JSON, some characters take more than one.
    const bytes = Buffer.byteLength(JSON.stringify(text ?? ''))
    if (bytes <= MOST_RESULT_BYTES) return text
    warn(
      `The result is not kept: it takes ${bytes} bytes, and ${MOST_RESULT_BYTES} are kept. Store it elsewhere and write its address`,
    )
    return undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #text(): Promise<string | undefined> {
    try {
      return await readFile(this.path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }
}
