/**
 * Whether two addresses may be those of one repository. The same one has many: over SSH and HTTPS, by a mirror,
 * by a name that only a cluster knows. So only two paths on the same host tell them apart, and not where one is
 * the end of the other, as behind a prefix that a server has for one protocol.
 */
export function mayBeSameRepository(one: string, other: string): boolean {
  const [first, second] = [addressOf(one), addressOf(other)]
  if (first === undefined || second === undefined || first.host !== second.host) return true
  const [short = '', long = ''] = [first.path, second.path].sort((a, b) => a.length - b.length)
  return `/${long}`.endsWith(`/${short}`)
}

interface Address {
  readonly host: string
  readonly path: string
}

/** `user@host:path`, as scp writes it. */
const SCP_LIKE = /^(?:[^@/:]+@)?([^@/:]+):(?!\/\/)(.+)$/

/** `undefined` of a path on a disk, and of what cannot be read. */
function addressOf(text: string): Address | undefined {
  const [, scpHost, scpPath] = SCP_LIKE.exec(text) ?? []
  const { hostname: host, pathname: path } =
    scpHost === undefined ? (URL.parse(text) ?? {}) : { hostname: scpHost, pathname: scpPath }
  if (host === undefined || host === '' || path === undefined) return undefined
  const trimmed = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  return { host: host.toLowerCase(), path: trimmed.toLowerCase() }
}
