import { assignmentsIn } from './assignments.ts'

/**
 * Tells credentials from other text, by two signs: the shape of the value, which providers have
 * made easy to recognize, and the name that it goes by, also inside of a file of settings. Both are
 * chosen to be silent on settings that only speak of credentials, as `TOKEN_TTL` or `PASSWORD_FILE`.
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
  ['a password in a URL', /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]*:(?!\$|<|\*|%s|\{)[^\s:/@]{3,}@/i],
  ['an Authorization header', /\bauthorization\W{1,8}(basic|bearer) +(?!\$|<|\{)[\w+/=.-]{8,}/i],
]

/** Names whose value is the credential itself. */
const NAMES =
  /(^|[_.-])pass$|(^|[_.\-a-z])(password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|auth[_-]?key|credentials?)$/i

/** Values that cannot be a credential: references, paths, switches, plain numbers, placeholders. */
const HARMLESS: readonly RegExp[] = [
  /^\s*$/,
  // Filled in later: $(DB_PASSWORD), ${DB_PASSWORD}, $DB_PASSWORD, {{ .password }}, <password>, DB_PASSWORD.
  /^(\$[({].*|\$\w+|\{\{.*|<.*>|%.*%|@.*@|_*[A-Z]+(_[A-Z]+)+_*|\*+|x{3,}|\.{3})$/s,
  // Elsewhere: a path, a file, an address, the scheme of a secret store.
  /^(\.{0,2}\/.*|[\w./-]+\.(pem|key|crt|txt|json|ya?ml|p12|jks)|[a-z][\w+.-]*:\/\/.*|(arn|env|file|vault):.+)$/s,
  // Encrypted: SOPS, Jasypt, Spring Cloud Config; a tag of YAML.
  /^(ENC[[(].*|\{cipher\}.*|!.*)$/s,
  /^(true|false|yes|no|on|off|none|null|nil|string|str|\d{1,5})$/i,
]

/** What kind of credential it looks like; `undefined` if it looks like none. */
export function credentialIn(name: string, value: string): string | undefined {
  const shape = credentialShape(value)
  if (shape !== undefined) return shape
  return isCredential(name, value) ? 'a credential, by its name' : credentialInText(value)
}

const isCredential = (name: string, value: string): boolean =>
  NAMES.test(name) &&
  !HARMLESS.some((form) => form.test(value)) &&
  !(namesObject(name) && OBJECT_NAME.test(value))

/** `DB_SECRET: db-credentials` names the Secret that holds it. */
const namesObject = (name: string): boolean => /(secret|credentials?)$/i.test(name)

const OBJECT_NAME = /^([a-z][a-z\d-]*\/)?[a-z]+\d{0,2}(-([a-z]+\d{0,2}|\d{1,2}))+$/

/** What a text without any of these words sets is no credential. */
const SPEAKS_OF_ONE = /pass|pwd|secret|token|key|credential/i

/** The same for the text of a file of settings, a script or a connection string. */
function credentialInText(value: string): string | undefined {
  if (!SPEAKS_OF_ONE.test(value)) return undefined
  for (const [name, part] of assignmentsIn(value)) {
    if (isCredential(name, part) && !isProse(part))
      return `a text with a credential in it, \`${name}\``
  }
  return undefined
}

/** Several words, code that computes the value, or the beginning of a nested one. */
const isProse = (value: string): boolean => /\s|^[[{&*|>`]|[()]|\$\{|\{\{|^[\w.]+\[/.test(value)

/**
 * The same for an annotation, whose name often says only that it is about one: the name of a Secret, a
 * checksum of one, a path in a store, or a reason in words.
 */
export function credentialInAnnotation(name: string, value: string): string | undefined {
  const own = name.slice(name.indexOf('/') + 1)
  const shape = credentialShape(value)
  // A copy of the whole manifest, whose fields are looked at where they are.
  if (shape !== undefined || own === 'last-applied-configuration') return shape
  const tellsWhere = namesObject(own) || /^[\w.-]+(\/[\w.-]+)+$/.test(value) || isProse(value)
  if (!tellsWhere && isCredential(own, value)) return 'a credential, by its name'
  return credentialInText(value)
}

/**
 * The same for an argument of a command, which may name what it sets: `--password=hunter2`, or
 * `--password` with the value in the next argument.
 */
export function credentialInArgument(argument: string, next = ''): string | undefined {
  const [, name = '', value] = /^--?([\w.-]+)(?:=(.*))?$/s.exec(argument) ?? []
  if (name === '') return credentialIn('', argument)
  if (value !== undefined) return credentialIn(name, value)
  const isSet = !SWITCH.test(name) && !next.startsWith('-') && isCredential(name, next)
  return isSet ? 'a credential, by its name' : undefined
}

/** `--no-password`: what comes next is another argument. */
const SWITCH = /^(no|use|with|without|skip|enable|disable|require|allow|show|print)-/

/** The same for bytes in Base64, which hides nothing. */
export const credentialInBase64 = (name: string, value: string): string | undefined =>
  credentialIn(name, decodeBase64(value))

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
