/**
 * What a repository is called, by whatever address it is reached: host and path, in small letters,
 * without user, port and `.git`. `https://github.com/Acme/deploy.git` and `git@github.com:acme/deploy`
 * are both `github.com/acme/deploy`.
 *
 * @returns `undefined` for what is no address of a repository on a host
 */
export function repositoryName(address: string): string | undefined {
  const [, host = '', path = ''] = SCP.exec(address) ?? partsOf(address) ?? []
  const name = path
    .replace(/^\/+/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
  return host === '' || name === '' ? undefined : `${host}/${name}`.toLowerCase()
}

/** `git@github.com:acme/deploy.git`, as Git has it: no slash before the colon. */
const SCP = /^(?:[^@/:]+@)?([^@/:]+):(?!\/\/)(.+)$/

function partsOf(address: string): readonly string[] | undefined {
  const url = URL.parse(address)
  return url === null ? undefined : [address, url.hostname, url.pathname]
}
