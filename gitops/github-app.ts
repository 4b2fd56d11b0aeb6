import { importPKCS8, SignJWT } from 'jose'
import { githubFailure, reach } from './github-answers.ts'
import type { ExchangeProps } from './http-exchange.ts'

export interface GitHubAppProps {
  /** Client id of the app, or its number. */
  readonly appId: string
  readonly installationId: string | number
  /** PEM of PKCS #8, `-----BEGIN PRIVATE KEY-----`. */
  readonly privateKey: string
}

export interface GitHubAppTokenProps extends GitHubAppProps, ExchangeProps {
  /** Address of the REST API. */
  readonly apiUrl: string
  /** The one repository that the token is good for, without its owner. */
  readonly repository: string
  /** @default { contents: 'write' } */
  readonly permissions?: Readonly<Record<string, 'read' | 'write'>>
  readonly now?: (() => Date) | undefined
}

/** The key is in the form in which GitHub hands it out, which no Web Crypto reads. */
export class GitHubAppKeyError extends Error {
  override readonly name = 'GitHubAppKeyError'
  readonly code = 'GITHUB_APP_KEY'
  readonly remedy =
    'Convert it: `openssl pkcs8 -topk8 -nocrypt -in app.private-key.pem -out app.pkcs8.pem`'

  constructor(options?: ErrorOptions) {
    super('The private key of the GitHub App is no PEM of PKCS #8', options)
  }
}

/** GitHub allows ten minutes at most. */
const JWT_SECONDS = 9 * 60
/** For clocks that are behind, as GitHub advises. */
const SKEW_SECONDS = 60
/** A token that ends while a request is under way is of no use. */
const SPARE_MS = 5 * 60 * 1000

/**
 * Tokens of an installation of a GitHub App, good for one repository, and of that for its contents if
 * nothing else is said. Each lasts an hour, and is asked for again five minutes before it ends.
 */
export function gitHubAppToken(props: GitHubAppTokenProps): () => Promise<string> {
  const { now = () => new Date() } = props
  let current: Promise<InstallationToken> | undefined
  return async () => {
    const known = await current?.catch(() => undefined)
    if (known === undefined || known.endsAtMs - SPARE_MS <= now().getTime()) {
      current = requestToken(props, now())
    }
    return (await (current as Promise<InstallationToken>)).token
  }
}

interface InstallationToken {
  readonly token: string
  readonly endsAtMs: number
}

async function requestToken(props: GitHubAppTokenProps, now: Date): Promise<InstallationToken> {
  const { apiUrl, installationId, repository, permissions = { contents: 'write' } } = props
  const location = `${apiUrl}/app/installations/${installationId}/access_tokens`
  const answer = await reach(props, location, {
    method: 'POST',
    headers: { Authorization: `Bearer ${await appToken(props, now)}` },
    body: JSON.stringify({ repositories: [repository], permissions }),
  })
  if (answer.status !== 201) {
    throw githubFailure(location, answer, 'Check the id of the app, its installation and its key')
  }
  const { token, expires_at } = answer.body as { token: string; expires_at: string }
  return { token, endsAtMs: Date.parse(expires_at) }
}

async function appToken({ appId, privateKey }: GitHubAppProps, now: Date): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000)
  return new SignJWT()
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(appId)
    .setIssuedAt(seconds - SKEW_SECONDS)
    .setExpirationTime(seconds + JWT_SECONDS)
    .sign(await readKey(privateKey))
}

async function readKey(pem: string) {
  try {
    return await importPKCS8(pem, 'RS256')
  } catch (cause) {
    throw new GitHubAppKeyError({ cause })
  }
}
