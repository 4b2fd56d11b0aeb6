import type { ISecret } from 'cdk8s-plus-27'
import type { Environment } from './environment.ts'
import type { EnvironmentVariables } from './environment-variable.ts'
import { imageParts } from './image-parts.ts'
import { anyone, type Peer } from './peer.ts'
import { repositoryPort, repositorySettings } from './repository-settings.ts'
import type { ServedRollouts } from './served-rollouts.ts'
import type { ServedWebhook } from './served-webhook.ts'

const ROLLOUTS_FILE = '/etc/lockstep/rollouts.json'
const WEBHOOKS_FILE = '/etc/lockstep/webhooks.json'
const GIT_FOLDER = '/etc/lockstep/git'

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
    repository: repositorySettings(repository, GIT_FOLDER),
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
  const senders = webhooks.map(({ kind, host }, index) => ({
    kind,
    environment: target.environment,
    ...(host !== undefined && { host }),
    secrets: [{ file: `${webhookFolder(webhooks, index)}/secret` }],
  }))
  const images = imageParts(rollouts, target.environment)
  const ports = [repositoryPort(repository), ...images.ports]
  return {
    env: {
      LOCKSTEP_ROLLOUTS_FILE: ROLLOUTS_FILE,
      ...(senders.length > 0 && { LOCKSTEP_WEBHOOKS_FILE: WEBHOOKS_FILE }),
    },
    files: {
      [ROLLOUTS_FILE]: json({ targets: [target], ...images.settings }),
      ...(senders.length > 0 && { [WEBHOOKS_FILE]: json({ senders }) }),
    },
    secretFiles: {
      [GIT_FOLDER]: gitCredentials,
      ...Object.fromEntries(
        webhooks.map(({ secret }, index) => [webhookFolder(webhooks, index), secret]),
      ),
      ...images.secretFiles,
    },
    egressTo: [
      anyone({ ports: [...new Set(ports)].sort((one, other) => one - other) }),
      ...(metrics === undefined ? [] : [metrics.peer]),
      ...images.peers,
    ],
  }
}

/** After its kind, and numbered from the second of a kind on. */
function webhookFolder(webhooks: readonly ServedWebhook[], index: number): string {
  const kind = webhooks[index]?.kind ?? 'missing'
  const before = webhooks.slice(0, index).filter((other) => other.kind === kind).length
  return `/etc/lockstep/webhooks/${kind}${before === 0 ? '' : `-${before + 1}`}`
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
