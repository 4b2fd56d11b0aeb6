import type { DeployRepository } from './deploy-repository.ts'

/** A repository and its key as docs/rollouts-server.md has them. */
export function repositorySettings(repository: DeployRepository, keyFolder: string): object {
  const token = { file: `${keyFolder}/token` }
  if ('gitlab' in repository) return { kind: 'gitlab', ...repository.gitlab, token }
  if ('http' in repository) return { kind: 'smart-http', ...repository.http, password: token }
  const { app, repository: name } = repository.github
  const key = { file: `${keyFolder}/privateKey` }
  return {
    kind: 'github',
    repository: name,
    ...(app === undefined ? { token } : { app: { ...app, privateKey: key } }),
  }
}

/** Which port of its host a repository is reached by. */
export function repositoryPort(repository: DeployRepository): number {
  if ('gitlab' in repository) return portOf(repository.gitlab.instance ?? 'https://gitlab.com')
  return portOf('http' in repository ? repository.http.url : 'https://api.github.com')
}

export function portOf(address: string): number {
  const url = URL.parse(address)
  return Number(url?.port) || (url?.protocol === 'http:' ? 80 : 443)
}
