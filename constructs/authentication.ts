import { openIssuerProblem } from '../functions/identity/open-issuers.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { list, map } from './collection-shapes.ts'
import { givenOptions } from './given-options.ts'
import type { Mistakes } from './mistakes.ts'
import { optional, record, required } from './options.ts'
import { choice, memberOf, readBy, reportWrong, type Shape, shape } from './shape.ts'
import { text } from './value-shapes.ts'

/** Whose tokens let in. Made by `serviceAccounts` or `oidc`. */
export type Authentication = ServiceAccountAuthentication | OidcAuthentication

export interface ServiceAccountAuthentication {
  readonly serviceAccounts: ServiceAccountsProps
}

export interface OidcAuthentication {
  readonly oidc: OidcProps
}

export interface ServiceAccountsProps {
  /**
   * Whom a token must be for: `lockstep-locks`. A name that nothing else uses, or whoever a token is
   * shown to could use it here.
   */
  readonly audience: string
}

/** An issuer of OpenID Connect, as docs/identity.md describes it. */
export interface OidcProps {
  /** As its tokens say it, letter by letter: `https://token.actions.githubusercontent.com`. */
  readonly issuer: string

  /** Whom a token must be for: `https://locks.example.com`. */
  readonly audience: string

  /** Begins the names and groups of this issuer, and ends with a colon: `github:`. */
  readonly prefix: string

  /**
   * What a token must say besides: for each claim the values that it may have. `{}` takes all tokens
   * of the issuer, and so is refused for issuers that sign for whoever asks.
   */
  readonly requiredClaims: Readonly<Record<string, readonly string[]>>

  /**
   * Claim that names the subject.
   *
   * @default 'sub'
   */
  readonly nameClaim?: string

  /**
   * Claims of which each value is a group: `repository`.
   *
   * @default - none
   */
  readonly groupClaims?: readonly string[]
}

/** Lets in ServiceAccounts of the cluster, by tokens for an audience. */
export const serviceAccounts = (props: ServiceAccountsProps): ServiceAccountAuthentication => ({
  serviceAccounts: givenOptions(props) as ServiceAccountsProps,
})

/** Lets in whom an issuer of OpenID Connect knows: jobs outside of the cluster, people. */
export const oidc = (props: OidcProps): OidcAuthentication => ({
  oidc: givenOptions(props) as OidcProps,
})

const ISSUER = shape<string>({
  expected: 'an address that begins with https://',
  example: "'https://token.actions.githubusercontent.com'",
  is: (value) => typeof value === 'string' && URL.parse(value)?.protocol === 'https:',
})

/** Without the colon `git` and `github` would meet; those of Kubernetes begin with `system:`. */
const PREFIX = shape<string>({
  expected: 'a text that ends with a colon, and does not begin with system:',
  example: "'github:'",
  is: (value) =>
    typeof value === 'string' && /^[\x21-\x7e]+:$/.test(value) && !value.startsWith('system:'),
})

/** Of the API server every pod has a token, which would let in whoever it was ever shown to. */
const AUDIENCE = shape<string>({
  expected: 'a name that is not that of the API server',
  example: "'lockstep-locks'",
  is: (value) =>
    typeof value === 'string' &&
    value.trim() !== '' &&
    !value.startsWith('https://kubernetes.default.svc'),
})

const SERVICE_ACCOUNTS = record<ServiceAccountAuthentication>(
  {
    serviceAccounts: required(
      record<ServiceAccountsProps>(
        { audience: required(AUDIENCE, 'missing') },
        "{ audience: 'lockstep-locks' }",
      ),
      { audience: 'missing' },
    ),
  },
  "serviceAccounts({ audience: 'lockstep-locks' })",
)

const STAND_IN_OIDC: OidcProps = {
  issuer: 'https://missing.invalid',
  audience: 'missing',
  prefix: 'missing:',
  requiredClaims: {},
}

const ANY_OIDC_PROPS = record<OidcProps>(
  {
    issuer: required(ISSUER, STAND_IN_OIDC.issuer),
    audience: required(text('https://locks.example.com'), STAND_IN_OIDC.audience),
    prefix: required(PREFIX, STAND_IN_OIDC.prefix),
    requiredClaims: required(map(list(text('4711')), 'repository_owner_id'), {}),
    nameClaim: optional(text('sub')),
    groupClaims: optional(list(text('repository'))),
  },
  "{ issuer: 'https://…', audience: '…', prefix: 'github:', requiredClaims: { … } }",
)

/** Claims that were left out, or are wrong, are mistakes of their own. */
const OIDC_PROPS: Shape<OidcProps> = readBy(ANY_OIDC_PROPS, (value, option, mistakes) => {
  const read = ANY_OIDC_PROPS.read(value, option, mistakes)
  const claims = isRecord(value) ? value.requiredClaims : undefined
  if (read === undefined || !isRecord(claims)) return read
  const open = openIssuerProblem(read.issuer, claims)
  if (open !== undefined) {
    mistakes.add({
      option: memberOf(option, 'requiredClaims'),
      problem: `may not be empty: ${open.problem}`,
      remedy: open.remedy,
    })
  }
  return read
})

const OIDC = record<OidcAuthentication>(
  { oidc: required(OIDC_PROPS, STAND_IN_OIDC) },
  "oidc({ issuer: 'https://…', audience: '…', prefix: 'github:', requiredClaims: { … } })",
)

const ANY_AUTHENTICATION = list(
  choice<Authentication>({
    expected: 'made by serviceAccounts() or oidc()',
    example: "serviceAccounts({ audience: 'lockstep-locks' })",
    pick: (value) => {
      if (!isRecord(value)) return undefined
      if ('serviceAccounts' in value) return SERVICE_ACCOUNTS
      return 'oidc' in value ? OIDC : undefined
    },
  }),
)

export const STAND_IN_AUTHENTICATION: readonly Authentication[] = [
  { serviceAccounts: { audience: 'missing' } },
]

/** Without one nobody would be let in. */
export const AUTHENTICATION: Shape<readonly Authentication[]> = readBy(
  { ...ANY_AUTHENTICATION, expected: 'a list with serviceAccounts() or oidc() in it' },
  (value, option, mistakes, self) =>
    Array.isArray(value) && value.length === 0
      ? reportWrong(self, value, option, mistakes)
      : ANY_AUTHENTICATION.read(value, option, mistakes),
)

/** What a server of locks is told of those whom it lets in. */
export interface LetIn {
  readonly audience: string | undefined
  readonly issuers: readonly OidcProps[]
}

/** Apart by kind. ServiceAccounts have one audience. */
export function letIn(authentication: readonly Authentication[], mistakes: Mistakes): LetIn {
  const [audience, ...others] = authentication.flatMap((one) =>
    'serviceAccounts' in one ? one.serviceAccounts.audience : [],
  )
  if (others.length > 0) {
    mistakes.add({
      option: 'authentication',
      problem: `has serviceAccounts() ${others.length + 1} times, and tokens are for one audience`,
      remedy: 'Keep one of them',
    })
  }
  return { audience, issuers: authentication.flatMap((one) => ('oidc' in one ? one.oidc : [])) }
}
