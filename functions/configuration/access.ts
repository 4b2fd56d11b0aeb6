import type { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import type { Authenticator } from '../identity/authenticator.ts'
import type { Authorizer } from '../identity/authorizer.ts'
import { firstOf } from '../identity/first-of.ts'
import { OidcIssuer } from '../identity/oidc-issuer.ts'
import { OIDC_ISSUERS } from '../identity/oidc-settings.ts'
import { PolicyFile } from '../identity/policy-file.ts'
import { StaticTokens } from '../identity/static-tokens.ts'
import { SubjectAccessReviews } from '../identity/subject-access-review.ts'
import { TokenReviews } from '../identity/token-review.ts'
import { ConfigurationError, configured } from './configuration-error.ts'
import type { Mistakes } from './mistakes.ts'
import { readYaml } from './read-yaml.ts'
import { type SettingSource, settingText } from './setting-source.ts'

/** Who is let in, and to what. */
export interface Access {
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
}

/**
 * What the locks are in: a cluster, whose tokens and RBAC count, or a file. `'unknown'` if what was
 * said about the cluster is wrong, which is a mistake of its own.
 */
export type Backing = KubernetesClient | 'file' | 'unknown'

/** How to let somebody in. */
export const LET_IN =
  'Say who is let in: by LOCKSTEP_TOKEN_AUDIENCE, LOCKSTEP_OIDC_ISSUERS or LOCKSTEP_STATIC_TOKENS'

/**
 * Reads who is let in, from the settings that are the same on every platform.
 *
 * @returns `'nobody'` if nothing says who is let in; `undefined` if what does is wrong
 */
export async function readAccess(
  source: SettingSource,
  backing: Backing,
  mistakes: Mistakes,
): Promise<Access | 'nobody' | undefined> {
  // In the order in which they are asked: first those that have to ask nobody.
  const read = [
    await mistakes.collect(() => staticTokens(source)),
    await mistakes.collect(() => oidcIssuers(source)),
    await mistakes.collect(() => tokenReviews(source, backing)),
  ]
  const authenticators = read.flatMap((some) => some ?? [])
  const isComplete = !read.includes(undefined)
  if (isComplete && authenticators.length === 0) return 'nobody'
  const authorizer = await mistakes.collect(() => readRights(source, backing))
  if (!isComplete || authorizer === undefined) return undefined
  return { authenticator: firstOf(authenticators), authorizer }
}

async function staticTokens(source: SettingSource): Promise<readonly Authenticator[]> {
  const setting = await settingText(source, 'LOCKSTEP_STATIC_TOKENS')
  return setting === undefined ? [] : [StaticTokens.read(setting.text, setting.where)]
}

async function oidcIssuers(source: SettingSource): Promise<readonly Authenticator[]> {
  const setting = await settingText(source, 'LOCKSTEP_OIDC_ISSUERS')
  if (setting === undefined) return []
  const { text, where } = setting
  const { issuers } = configured(OIDC_ISSUERS, readYaml(text, where), where)
  return issuers.map((issuer) => new OidcIssuer(issuer))
}

function tokenReviews(
  { env: { LOCKSTEP_TOKEN_AUDIENCE: audience } }: SettingSource,
  backing: Backing,
): readonly Authenticator[] | undefined {
  if (!audience) return []
  if (backing === 'unknown') return undefined
  if (backing !== 'file') return [new TokenReviews({ client: backing, audience })]
  throw new ConfigurationError([
    'LOCKSTEP_TOKEN_AUDIENCE: Is about tokens of a cluster, and the locks are in a file. Leave it out',
  ])
}

/** As a policy says, or else the RBAC of the cluster. */
async function readRights(
  source: SettingSource,
  backing: Backing,
): Promise<Authorizer | undefined> {
  const policy = await settingText(source, 'LOCKSTEP_POLICY')
  if (policy !== undefined) return PolicyFile.read(policy.text, policy.where)
  if (backing === 'unknown') return undefined
  if (backing !== 'file') return new SubjectAccessReviews({ client: backing })
  throw new ConfigurationError([
    'LOCKSTEP_POLICY: Is missing. There is no cluster to ask who may do what. Write it down, as docs/identity.md says',
  ])
}
