import type { Finding } from '../checks/finding.ts'
import { describeOrigin } from '../manifests/origin.ts'

/** The tree cannot be synthesized. Carries every mistake, not only the first. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError'
  readonly code = 'SYNTHESIS_FAILED'
  declare readonly findings: readonly Finding[]

  constructor(findings: readonly Finding[]) {
    const count = findings.length === 1 ? '1 mistake' : `${findings.length} mistakes`
    super(`${count}; nothing was written\n${findings.map(describe).join('\n')}`)
    // Hidden from Node, which prints what an error holds: the message has said it all.
    Object.defineProperty(this, 'findings', { value: findings })
    // The place to look is in the message; a stack of this package would only hide it.
    this.stack = `${this.name}: ${this.message}`
  }
}

const describe = ({ rule, message, remedy, origin, otherOrigin, object }: Finding): string =>
  `  [${object}] ${message}\n      → ${remedy}\n      ${rule}, ${describeOrigin(origin ?? {})}${
    otherOrigin === undefined ? '' : ` and ${describeOrigin(otherOrigin)}`
  }`
