import type { ISecret } from 'cdk8s-plus-27'
import type { Environment } from './environment.ts'
import type { EnvironmentVariables } from './environment-variable.ts'
import { anyone, type Peer } from './peer.ts'
import type { DeployRepository, ServedRollouts } from './served-rollouts.ts'

const ROLLOUTS_FILE = '/etc/lockstep/rollouts.json'
const WEBHOOKS_FILE = '/etc/lockstep/webhooks.json'
const GIT_FOLDER = '/etc/lockstep/git'
const webhookFolder = (kind: string): string => `/etc/lockstep/webhooks/${kind}`

/** What a server has to be told and given that looks at rollouts, beside what one of locks has. */
export interface RolloutServerParts {
  readonly env: EnvironmentVariables
  readonly files: Readonly<Record<string, string>>
  readonly secretFiles: Readonly<Record<string, ISecret>>
  readonly egressTo: readonly Peer[]
}

/** @param environment `undefined` for what is in none, which has been reported then */
export function rolloutServer(
  rollouts: ServedRollouts,
  environment: Environment | undefined,
): RolloutServerParts {
  const { repository, branch, gitCredentials, metrics, syncs, webhooks = [] } = rollouts
  const target = {
    environment: environment?.name ?? 'missing',
    branch,
    repository: repositorySettings(repository),
    // What it has no right to see it does not ask for.
    syncs: {
      read: syncs !== undefined,
      ...(syncs?.engine === 'argocd' && { argoNamespace: syncs.namespace }),
    },
    ...(metrics !== undefined && {
      metrics: {
        type: 'prometheus',
        url: metrics.prometheus,
        source: { type: metrics.source ?? 'app' },
      },
    }),
  }
  const senders = webhooks.map(({ kind }) => ({
    kind,
    environment: target.environment,
    secrets: [{ file: `${webhookFolder(kind)}/secret` }],
  }))
  return {
    env: {
      LOCKSTEP_ROLLOUTS_FILE: ROLLOUTS_FILE,
      ...(senders.length > 0 && { LOCKSTEP_WEBHOOKS_FILE: WEBHOOKS_FILE }),
    },
    files: {
      [ROLLOUTS_FILE]: json({ targets: [target] }),
      ...(senders.length > 0 && { [WEBHOOKS_FILE]: json({ senders }) }),
    },
    secretFiles: {
      [GIT_FOLDER]: gitCredentials,
      ...Object.fromEntries(webhooks.map(({ kind, secret }) => [webhookFolder(kind), secret])),
    },
    egressTo: [
      anyone({ ports: [portOf(addressOf(repository))] }),
      ...(metrics === undefined ? [] : [metrics.peer]),
    ],
  }
}

const TOKEN = { file: `${GIT_FOLDER}/token` }

/** As docs/rollouts-server.md has it. */
function repositorySettings(repository: DeployRepository): object {
  if ('gitlab' in repository) return { kind: 'gitlab', ...repository.gitlab, token: TOKEN }
  if ('http' in repository) return { kind: 'smart-http', ...repository.http, password: TOKEN }
  const { app, repository: name } = repository.github
  const key = { file: `${GIT_FOLDER}/privateKey` }
  return {
    kind: 'github',
    repository: name,
    ...(app === undefined ? { token: TOKEN } : { app: { ...app, privateKey: key } }),
  }
}

function addressOf(repository: DeployRepository): string {
  if ('gitlab' in repository) return repository.gitlab.instance ?? 'https://gitlab.com'
  return 'http' in repository ? repository.http.url : 'https://api.github.com'
}

function portOf(address: string): number {
  const url = URL.parse(address)
  return Number(url?.port) || (url?.protocol === 'http:' ? 80 : 443)
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
