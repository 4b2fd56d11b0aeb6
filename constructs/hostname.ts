import { dnsSubdomainProblem } from '../manifests/names.ts'
import type { Mistakes } from './mistakes.ts'

/** A host as routes have it. What is none is a mistake of the option `traffic.hostname`. */
export function writeHostname(hostname: string, mistakes: Mistakes): string {
  const isText = typeof hostname === 'string'
  if (isText && isHostname(hostname)) return hostname
  const [, meant = ''] = /^(?:[a-z]+:\/\/)?([^/:]*)/i.exec(isText ? hostname : '') ?? []
  const example = isHostname(meant.toLowerCase()) ? meant.toLowerCase() : 'www.example.com'
  mistakes.add({
    option: 'traffic.hostname',
    value: hostname,
    problem: 'must be the name of a host, in lower case, without scheme, port and path',
    remedy: `Write it as '${example}'`,
  })
  // Looks like the real thing, so that the one mistake does not cause others.
  return 'hostname.invalid'
}

/** The first label may be a wildcard. */
const isHostname = (text: string): boolean =>
  dnsSubdomainProblem(text.replace(/^\*\./, '')) === undefined
