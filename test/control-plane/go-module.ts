import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A `go.mod` of ours with its `go.sum`: what is built, down to the checksum of each dependency; and
 * what we have written ourselves, if it is more than a list of tools.
 */
export class GoModule {
  readonly folder: string
  readonly #goMod: string
  readonly #goSum: string

  constructor(name: string) {
    this.folder = join(import.meta.dirname, name)
    this.#goMod = readFileSync(join(this.folder, 'go.mod'), 'utf8')
    this.#goSum = readFileSync(join(this.folder, 'go.sum'), 'utf8')
  }

  /** Oldest Go that can build it, as `1.26.0`. */
  get goVersion(): string {
    return this.#find(/^go (\S+)$/m, "a 'go' line")
  }

  /** Version of a required module, as `v1.36.3`. */
  versionOf(module: string): string {
    const escaped = module.replaceAll('.', '\\.')
    return this.#find(new RegExp(`^(?:require)?\\s*${escaped} (v\\S+)`, 'm'), `'${module}'`)
  }

  /** Twelve hexadecimal digits that differ as soon as anything that is built differs. */
  fingerprint(buildArguments: readonly string[]): string {
    const everything = [this.#goMod, this.#goSum, ...buildArguments, ...this.#sources].join('\0')
    return createHash('sha256').update(everything).digest('hex').slice(0, 12)
  }

  get #sources(): readonly string[] {
    const files = globSync('*.go', { cwd: this.folder }).sort()
    return files.map((file) => readFileSync(join(this.folder, file), 'utf8'))
  }

  #find(pattern: RegExp, what: string): string {
    const found = pattern.exec(this.#goMod)?.[1]
    if (found === undefined) throw new Error(`${join(this.folder, 'go.mod')} lacks ${what}`)
    return found
  }
}
