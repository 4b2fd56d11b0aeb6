import { z } from 'zod'
import { openIssuerProblem } from './open-issuers.ts'
import { OWN_NAME } from './own-name.ts'

/** Signatures that the issuer alone can make. None that whoever can check them could make too. */
export const OIDC_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const

/** An issuer of OpenID Connect whose tokens count. */
export interface OidcIssuerProps {
  /** As its tokens say it, letter by letter: `https://token.actions.githubusercontent.com`. */
  readonly issuer: string
  /** Whom a token must be for. One of these functions alone. */
  readonly audience: string
  /**
   * Begins every name and group of this issuer, and of no other one, with a colon at its end:
   * `github:`. So nobody passes for a ServiceAccount, or for a subject of another issuer.
   */
  readonly prefix: string
  /**
   * What a token must say besides: for each claim the values that it may have. `{}` takes all tokens
   * of the issuer, and so is refused for issuers that sign for whoever asks.
   */
  readonly requiredClaims: Readonly<Record<string, readonly string[]>>
  /** Claim that names the subject: the name is the prefix and its value. @default 'sub' */
  readonly nameClaim?: string | undefined
  /**
   * Claims that make groups: of each value one, called by prefix, claim, colon and value, as
   * `github:repository:acme/shop`.
   *
   * @default none
   */
  readonly groupClaims?: readonly string[] | undefined
  /** @default ['RS256', 'ES256'] */
  readonly algorithms?: readonly (typeof OIDC_ALGORITHMS)[number][] | undefined
  /** How far its clock and ours may be apart, in seconds, up to 300. @default 10 */
  readonly clockToleranceSeconds?: number | undefined
  /**
   * For how long its keys are used without asking for them again, in seconds. It takes as long until
   * a key that was withdrawn is none, and as long can the issuer be down without anybody noticing. A
   * key that is new is found at once, or after `keysCooldownSeconds`.
   *
   * @default 3600
   */
  readonly keysMaxAgeSeconds?: number | undefined
  /**
   * For how long after its keys were fetched an unknown one is refused unasked, in seconds: else
   * whoever sends nonsense makes us ask. What is refused does not prolong it, so a key that is used the
   * moment it is published is refused for no longer than that. As long is an issuer left alone that
   * could not be asked.
   *
   * @default 10
   */
  readonly keysCooldownSeconds?: number | undefined
}

export const OIDC_ISSUER = z
  .strictObject({
    issuer: z
      .string('Write the address of the issuer')
      .refine(isTrustworthy, 'Write an address that begins with https://'),
    audience: z
      .string('Write whom tokens must be for')
      .min(1, 'Write whom tokens must be for, such as the address of these functions'),
    prefix: OWN_NAME.refine(
      (prefix) => prefix.endsWith(':') && prefix.length > 1,
      'Write a prefix that ends with a colon, such as github:',
    ),
    requiredClaims: z.record(
      z.string(),
      z.array(z.string('Quote the value: it is text')).min(1, 'Write the values that it may have'),
      'Write the claims that a token must have, such as repository_owner_id: ["12345"], or {} for none',
    ),
    nameClaim: z.string().min(1).default('sub'),
    groupClaims: z.array(z.string().min(1)).readonly().default([]),
    algorithms: z
      .array(z.enum(OIDC_ALGORITHMS, `Write any of ${OIDC_ALGORITHMS.join(', ')}`))
      .min(1, 'Write at least one, or leave it out')
      .default(['RS256', 'ES256']),
    clockToleranceSeconds: z.number().min(0).max(300).default(10),
    keysMaxAgeSeconds: z.number().min(0).max(86_400).default(3600),
    keysCooldownSeconds: z.number().min(0).max(3600).default(10),
  })
  .superRefine(({ issuer, requiredClaims }, context) => {
    const open = openIssuerProblem(issuer, requiredClaims)
    if (open === undefined) return
    context.addIssue({
      code: 'custom',
      path: ['requiredClaims'],
      message: `${open.problem}. ${open.remedy}`,
    })
  }) satisfies z.ZodType<unknown, OidcIssuerProps>

/** All issuers of one server, which must not be taken for one another. */
export const OIDC_ISSUERS = z
  .strictObject({ issuers: z.array(OIDC_ISSUER).min(1, 'Add an issuer, or leave all of it out') })
  .superRefine(({ issuers }, context) => {
    for (const [index, { prefix }] of issuers.entries()) {
      const first = issuers.findIndex((other) => areAlike(other.prefix, prefix))
      if (first === index) continue
      context.addIssue({
        code: 'custom',
        path: ['issuers', index, 'prefix'],
        message: `Names would not tell it from issuers[${first}]. Give each issuer a prefix of its own`,
      })
    }
  })

/** `a:` and `a:b:` would both make `a:b:c`. */
const areAlike = (one: string, other: string): boolean =>
  one.startsWith(other) || other.startsWith(one)

/** By https, or from this machine. */
export function isTrustworthy(address: string): boolean {
  const url = URL.parse(address)
  if (url?.protocol === 'https:') return true
  return url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
}
