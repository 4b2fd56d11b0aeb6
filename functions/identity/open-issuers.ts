/*
 * Issuers of OpenID Connect of which anybody gets a token, for any audience. Pure, and the only file here
 * that constructs know.
 */

/** By their address, a claim that tells for whom a token was made. */
const CLAIMS: ReadonlyMap<string, string> = new Map([
  ['https://token.actions.githubusercontent.com', 'repository_id'],
  ['https://gitlab.com', 'project_id'],
  ['https://accounts.google.com', 'email'],
])

/** What is wrong with an issuer that is trusted altogether, and what to do. */
export interface OpenIssuerProblem {
  readonly problem: string
  readonly remedy: string
}

/**
 * Why not all tokens of an issuer may be taken.
 *
 * @returns `undefined` if they may, or if claims say which
 */
export function openIssuerProblem(
  issuer: string,
  requiredClaims: Readonly<Record<string, unknown>>,
): OpenIssuerProblem | undefined {
  const claim = CLAIMS.get(issuer)
  if (claim === undefined || Object.keys(requiredClaims).length > 0) return undefined
  return {
    problem: `${issuer} signs for everybody`,
    remedy: `Say for whom it counts, as by the claim ${claim}`,
  }
}
