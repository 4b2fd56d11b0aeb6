import type { Construct } from 'constructs'
import { preview } from '../manifests/preview.ts'

/** An option of a construct that cannot be right as it is. */
export interface Mistake {
  /** Name of the option, as the user wrote it: `replicas`, `steps[1].weight`. */
  readonly option: string
  readonly value?: unknown
  /** What is wrong with it: `must be at least 2`. */
  readonly problem: string
  /** What to write instead, in the imperative. */
  readonly remedy: string
}

/**
 * Mistakes of one construct. They are collected, not thrown: one synth reports every mistake in the
 * tree, each with the path of its construct.
 */
export class Mistakes {
  readonly #found: Mistake[] = []

  constructor(construct: Construct) {
    construct.node.addValidation({ validate: () => this.#found.map(describeMistake) })
  }

  get count(): number {
    return this.#found.length
  }

  add(mistake: Mistake): void {
    this.#found.push(mistake)
  }
}

/** As validations say it: the remedy last. */
export function describeMistake({ option, value, problem, remedy }: Mistake): string {
  const got = value === undefined ? '' : `, got ${preview(value)}`
  return `'${option}' ${problem}${got}. ${remedy}`
}
