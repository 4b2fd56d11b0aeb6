import { type Shape, shape } from './shape.ts'

/** Where the functions of Lockstep answer whether a release may go on. */
export interface Gates {
  /** Their address, without a path of theirs: `https://lockstep.example.com`. */
  readonly url: string
}

/** Nothing behind it, so that paths can be. */
export const GATES_URL: Shape<string> = shape({
  expected: 'an http or https address without a slash at its end',
  example: "'https://lockstep.example.com'",
  is: (value) => typeof value === 'string' && /^https?:\/\/[^\s?#]+[^\s?#/]$/.test(value),
})
