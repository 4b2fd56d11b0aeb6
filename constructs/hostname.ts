import { dnsSubdomainProblem } from '../manifests/names.ts'
import { type Shape, shape } from './shape.ts'

/** A host as routes have it. */
export const HOSTNAME: Shape<string> = shape({
  expected: 'the name of a host, in lower case, without scheme, port and path',
  example: (value) => `'${nearestHostname(value) ?? 'www.example.com'}'`,
  is: isHostname,
})

/** Looks like the real thing. */
export const MISSING_HOSTNAME = 'hostname.invalid'

function nearestHostname(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const [, meant = ''] = /^(?:[a-z]+:\/\/)?([^/:]*)/i.exec(value) ?? []
  return isHostname(meant.toLowerCase()) ? meant.toLowerCase() : undefined
}

/** The first label may be a wildcard. */
function isHostname(value: unknown): boolean {
  return typeof value === 'string' && dnsSubdomainProblem(value.replace(/^\*\./, '')) === undefined
}
