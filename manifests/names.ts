/*
 * What Kubernetes accepts as a name. Each function returns `undefined`, or what is wrong as the end
 * of a sentence that begins with the field: `must start with a letter or digit`.
 */

export interface NameOptions {
  /**
   * What Lockstep or a controller will append: `-canary`. The limit holds for the whole.
   *
   * @default ''
   */
  readonly suffix?: string
}

/** Longest DNS label, label value, and name part of a label key. */
export const MAX_LABEL_LENGTH = 63

/** Longest DNS subdomain, and prefix of a label key. */
export const MAX_SUBDOMAIN_LENGTH = 253

/**
 * Longest name of a CronJob: the controller appends a dash and ten digits to name its Jobs. Longest
 * useful name of a StatefulSet too: it is accepted beyond that, but its pods are not, since their
 * label `controller-revision-hash` is the name with a dash and up to ten characters.
 */
export const MAX_CONTROLLER_NAME_LENGTH = 52

const LABEL_CHARACTERS = 'must have only lower-case letters, digits and dashes'
const EDGES = 'must start and end with a lower-case letter or digit'

/** RFC 1123 label: namespaces, and all names that also become a label value or a host name. */
export function dnsLabelProblem(name: string, options: NameOptions = {}): string | undefined {
  return (
    lengthProblem(name, MAX_LABEL_LENGTH, options) ??
    unless(/^[a-z0-9-]+$/, name, LABEL_CHARACTERS) ??
    unless(/^[a-z0-9](?:.*[a-z0-9])?$/, withSuffix(name, options), EDGES)
  )
}

/** RFC 1035 label: names of Services, which must not start with a digit. */
export function serviceNameProblem(name: string, options: NameOptions = {}): string | undefined {
  return dnsLabelProblem(name, options) ?? unless(/^[a-z]/, name, 'must start with a letter')
}

/** RFC 1123 label of at most 52 characters: names of CronJobs and StatefulSets. */
export function controllerNameProblem(name: string, options: NameOptions = {}): string | undefined {
  return lengthProblem(name, MAX_CONTROLLER_NAME_LENGTH, options) ?? dnsLabelProblem(name, options)
}

/** RFC 1123 subdomain: names of most objects, host names. */
export function dnsSubdomainProblem(name: string, options: NameOptions = {}): string | undefined {
  return (
    lengthProblem(name, MAX_SUBDOMAIN_LENGTH, options) ??
    unless(/^[a-z0-9.-]+$/, name, 'must have only lower-case letters, digits, dashes and dots') ??
    unless(
      /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
      withSuffix(name, options),
      `${EDGES}, also on both sides of each dot`,
    )
  )
}

/** Values of labels; may be empty. */
export function labelValueProblem(value: string, options: NameOptions = {}): string | undefined {
  const whole = withSuffix(value, options)
  return whole === '' ? undefined : qualifiedPartProblem(value, options)
}

/** Keys of labels and annotations: `name`, or `example.com/name`. */
export function labelKeyProblem(key: string): string | undefined {
  const parts = key.split('/')
  if (parts.length > 2) return 'must have at most one slash'
  const [name = '', prefix] = parts.reverse()
  const prefixProblem = prefix === undefined ? undefined : dnsSubdomainProblem(prefix)
  if (prefixProblem !== undefined) return `${prefixProblem}, before its slash`
  const nameProblem = qualifiedPartProblem(name, {})
  return nameProblem !== undefined && prefix !== undefined
    ? `${nameProblem}, after its slash`
    : nameProblem
}

/** Names of the ports of containers and Services (`IANA_SVC_NAME`). */
export function portNameProblem(name: string): string | undefined {
  return (
    lengthProblem(name, 15, {}) ??
    unless(/^[a-z0-9-]+$/, name, LABEL_CHARACTERS) ??
    unless(/^[a-z0-9](?:.*[a-z0-9])?$/, name, EDGES) ??
    unless(/[a-z]/, name, 'must have at least one letter') ??
    unless(/^(?!.*--)/, name, 'must not have two dashes in a row')
  )
}

/** Names in the data of ConfigMaps and Secrets, which become file names. */
export function dataKeyProblem(key: string): string | undefined {
  return (
    lengthProblem(key, MAX_SUBDOMAIN_LENGTH, {}) ??
    unless(
      /^[-._a-zA-Z0-9]+$/,
      key,
      'must have only letters, digits, dashes, underscores and dots',
    ) ??
    unless(/^(?!\.$|\.\.)/, key, 'must not be `.` or start with `..`')
  )
}

function qualifiedPartProblem(part: string, options: NameOptions): string | undefined {
  return (
    lengthProblem(part, MAX_LABEL_LENGTH, options) ??
    unless(
      /^[-._a-zA-Z0-9]+$/,
      part,
      'must have only letters, digits, dashes, underscores and dots',
    ) ??
    unless(
      /^[a-zA-Z0-9](?:.*[a-zA-Z0-9])?$/,
      withSuffix(part, options),
      'must start and end with a letter or digit',
    )
  )
}

const withSuffix = (name: string, { suffix = '' }: NameOptions): string => name + suffix

function lengthProblem(
  name: string,
  limit: number,
  { suffix = '' }: NameOptions,
): string | undefined {
  if (name === '') return 'must not be empty'
  if (name.length + suffix.length <= limit) return undefined
  const problem = `must have at most ${limit - suffix.length} characters (has ${name.length})`
  return suffix === '' ? problem : `${problem}, since '${suffix}' is appended`
}

const unless = (pattern: RegExp, name: string, problem: string): string | undefined =>
  pattern.test(name) ? undefined : problem
