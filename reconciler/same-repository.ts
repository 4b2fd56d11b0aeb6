import { repositoryName } from '../gitops/repository-name.ts'

/**
 * Whether two addresses may be those of one repository. The same one has many: over SSH and HTTPS, by a mirror,
 * by a name that only a cluster knows. So only two paths on the same host tell them apart, and not where one is
 * the end of the other, as behind a prefix that a server has for one protocol.
 */
export function mayBeSameRepository(one: string, other: string): boolean {
  const [first, second] = [one, other].map((address) => repositoryName(address)?.split('/'))
  if (first === undefined || second === undefined || first[0] !== second[0]) return true
  const [short = [], long = []] = [first.slice(1), second.slice(1)].sort(
    (a, b) => a.length - b.length,
  )
  return long.slice(-short.length).join('/') === short.join('/')
}
