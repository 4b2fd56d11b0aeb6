import { remembered } from '../remembered.ts'
import type { MinorRange } from './json-schema.ts'

/** A version that the schemas do not cover. */
export class UnknownMinorVersionError extends Error {
  override readonly name = 'UnknownMinorVersionError'
  readonly code = 'UNKNOWN_MINOR_VERSION'
  readonly version: string
  readonly remedy: string

  constructor(version: string, known: readonly string[]) {
    super(`Nothing is known of Kubernetes '${version}'`)
    this.version = version
    this.remedy = `Name versions from ${known[0]} to ${known.at(-1)}, as '1.33' or '1.31..1.36'`
  }
}

/**
 * Minor versions of Kubernetes, oldest first. A set of them is a number with one bit a version, so
 * that sets are compared without a loop for every field of every object.
 */
export class MinorVersions {
  readonly names: readonly string[]
  /** The set of all. */
  readonly all: number

  constructor(names: readonly string[]) {
    this.names = names
    this.all = 2 ** names.length - 1
  }

  /**
   * @param versions as `1.33`, `v1.33.4` or `1.31..1.36`
   * @throws {UnknownMinorVersionError}
   */
  set(versions: readonly string[]): number {
    let set = 0
    for (const version of versions) set |= this.#setOf(version)
    return set
  }

  /** Every object asks for the same few. */
  readonly #setOf = remembered((version) => {
    const [first = '', last = first] = version.split('..')
    const range = this.#between(this.#indexOf(first, version), this.#indexOf(last, version))
    if (range === 0) throw new UnknownMinorVersionError(version, this.names)
    return range
  })

  /** The set that a range of a schema file means; all if there is none. */
  range(range: MinorRange | undefined): number {
    if (range === undefined) return this.all
    const [first = '', last = ''] = range.split('-')
    const end = last === '' ? this.names.length - 1 : this.names.indexOf(last)
    return this.#between(this.names.indexOf(first), end)
  }

  /** `1.31 and 1.32`, `1.31 to 1.34`. */
  describe(set: number): string {
    const names = this.names.filter((_, index) => set & (1 << index))
    if (names.length < 3) return names.join(' and ')
    const isGapless = this.#between(...this.#ends(set)) === set
    return isGapless ? `${names[0]} to ${names.at(-1)}` : names.join(', ')
  }

  /** When something exists that these versions have: `from 1.33 on`, `up to 1.34`. */
  describeLife(set: number): string {
    const [first, last] = this.#ends(set)
    const from = `from ${this.names[first]} on`
    if (last === this.names.length - 1) return from
    return first === 0 ? `up to ${this.names[last]}` : `in ${this.describe(set)} only`
  }

  #ends(set: number): [first: number, last: number] {
    return [31 - Math.clz32(set & -set), 31 - Math.clz32(set)]
  }

  #between(first: number, last: number): number {
    return (2 ** (last + 1) - 1) & ~(2 ** first - 1)
  }

  #indexOf(version: string, asWritten: string): number {
    const minor = /^v?(\d+\.\d+)(?:\.\d+)?$/.exec(version.trim())?.[1] ?? ''
    const index = this.names.indexOf(minor)
    if (index < 0) throw new UnknownMinorVersionError(asWritten, this.names)
    return index
  }
}
