/**
 * Tells credentials from other text, by two signs: the shape of the value, which providers have
 * made easy to recognize, and the name that it goes by. Both are chosen to be silent on settings
 * that only speak of credentials, as `TOKEN_TTL` or `PASSWORD_FILE`.
 */

/**
 * Shapes of values that nothing but a credential has. A ConfigMap may hold a megabyte, so none may
 * begin at every letter of it and read on to the end.
 */
const SHAPES: readonly (readonly [what: string, shape: RegExp])[] = [
  ['a private key', /-----BEGIN ([A-Z]+ )*PRIVATE KEY-----/],
  ['an AWS access key', /\b(AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a GitHub token', /\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})/],
  ['a GitLab token', /\bglpat-[\w-]{20,}/],
  ['a Slack token', /\bxox[abeoprs]-[\w-]{10,}/],
  ['a Google API key', /\bAIza[\w-]{35}\b/],
  ['a Stripe key', /\b[rs]k_live_[0-9A-Za-z]{16,}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a JSON web token', /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/],
  ['a password in a URL', /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]*:(?!\$|<|\*|%s)[^\s:/@]{3,}@/i],
]

/** Names whose value is the credential itself. */
const NAMES =
  /(^|[_.\-a-z])(password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|auth[_-]?key|credentials?)$/i

/** Values that cannot be a credential: references, paths, switches, plain numbers, placeholders. */
const HARMLESS =
  /^(\s*|\$[({].*|\/.*|\.{1,2}\/.*|true|false|yes|no|on|off|none|null|\d{1,5}|<.*>|\{\{.*)$/i

/** What kind of credential it looks like; `undefined` if it looks like none. */
export function credentialIn(name: string, value: string): string | undefined {
  const shape = credentialShape(value)
  if (shape !== undefined) return shape
  if (!NAMES.test(name) || HARMLESS.test(value)) return undefined
  return isObjectName(name, value) ? undefined : 'a credential, by its name'
}

/** `DB_SECRET: db-credentials` names the Secret that holds it. */
const isObjectName = (name: string, value: string): boolean =>
  /(secret|credentials?)$/i.test(name) && /^[a-z]+(-[a-z]+)+$/.test(value)

/** The same for an argument of a command, which may name what it sets: `--password=hunter2`. */
export function credentialInArgument(argument: string): string | undefined {
  const [, name, value] = /^--?([\w.-]+)=(.*)$/s.exec(argument) ?? []
  return name === undefined || value === undefined
    ? credentialShape(argument)
    : credentialIn(name, value)
}

/** The same for bytes in Base64, which hides nothing. */
export const credentialInBase64 = (value: string): string | undefined =>
  credentialShape(decodeBase64(value))

function decodeBase64(value: string): string {
  try {
    return atob(value)
  } catch (error) {
    if (error instanceof DOMException) return ''
    throw error
  }
}

/** The same for text without a name. */
export function credentialShape(value: string): string | undefined {
  // The shortest shape; most values are shorter.
  if (value.length < 12) return undefined
  return SHAPES.find(([, shape]) => shape.test(value))?.[0]
}
