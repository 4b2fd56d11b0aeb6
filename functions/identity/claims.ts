import type { JWTPayload } from 'jose'
import type { Identity } from './identity.ts'

/** What a token must say, and what becomes of it. */
export interface ClaimsMapping {
  readonly prefix: string
  readonly requiredClaims: Readonly<Record<string, readonly string[]>>
  readonly nameClaim: string
  readonly groupClaims: readonly string[]
}

/** Whose a token with these claims is; `undefined` if they are not those that are required. */
export function identityOf(claims: JWTPayload, mapping: ClaimsMapping): Identity | undefined {
  const { prefix, requiredClaims, nameClaim, groupClaims } = mapping
  const isMeant = Object.entries(requiredClaims).every(([claim, values]) =>
    valuesOf(claims, claim).some((value) => values.includes(value)),
  )
  const name = claims[nameClaim]
  if (!isMeant || typeof name !== 'string' || name === '') return undefined
  return {
    name: `${prefix}${name}`,
    groups: groupClaims.flatMap((claim) =>
      valuesOf(claims, claim).map((value) => `${prefix}${claim}:${value}`),
    ),
  }
}

/** A claim has one value or several. What is neither text, number nor boolean has no name. */
function valuesOf(claims: JWTPayload, claim: string): readonly string[] {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.filter((each) => ['string', 'number', 'boolean'].includes(typeof each)).map(String)
}
