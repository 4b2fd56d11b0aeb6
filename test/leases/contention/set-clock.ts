import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LIBRARY = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`

/** The wall clock of a process, which can be set while it runs; its monotonic clock stays as it is. */
export class SetClock {
  /** Whether faketime is installed, which `npm run judges` does. */
  static isPossible(): boolean {
    return existsSync(LIBRARY)
  }

  readonly env: NodeJS.ProcessEnv
  readonly #file: string

  constructor(folder: string) {
    this.#file = join(folder, 'offset')
    this.set(0)
    this.env = {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_NO_CACHE: '1',
    }
  }

  /** @param offsetSeconds how far it is off from then on */
  set(offsetSeconds: number): void {
    const written = `${this.#file}.new`
    writeFileSync(written, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds.toFixed(3)}\n`)
    renameSync(written, this.#file)
  }
}
