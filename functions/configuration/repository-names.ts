/*
 * What repositories, and those who commit to them, are called. Pure: constructs know it, too, so that what a
 * server would refuse is a mistake before.
 */

export interface NameRule {
  readonly pattern: RegExp
  /** What it must be. */
  readonly expected: string
  readonly example: string
}

export const OWNER_AND_NAME: NameRule = {
  pattern: /^[\w.-]+\/[\w.-]+$/,
  expected: 'OWNER/NAME, as in acme/deploy',
  example: 'acme/deploy',
}

export const PROJECT_PATH: NameRule = {
  pattern: /^[\w.-]+(\/[\w.-]+)+$/,
  expected: 'the whole path of the project, as in platform/deploy',
  example: 'platform/deploy',
}

/** What the line of an author has room for; those of bots have brackets. */
export const EMAIL: NameRule = {
  pattern: /^[^\s<>@]+@[^\s<>@.]+(\.[^\s<>@.]+)+$/,
  expected: 'an address of e-mail',
  example: 'lockstep@example.com',
}
