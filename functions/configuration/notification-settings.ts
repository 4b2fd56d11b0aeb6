import { z } from 'zod'
import { repositoryName } from '../../gitops/repository-name.ts'
import type { NotificationTarget } from '../notifications/notification-target.ts'
import { isStandardSecret } from '../webhooks/standard-webhooks.ts'
import { ConfigurationError, configured } from './configuration-error.ts'
import { ENVIRONMENT_NAME } from './environment-name.ts'
import { Mistakes } from './mistakes.ts'
import { readYaml } from './read-yaml.ts'
import { ADDRESS } from './safe-address.ts'
import { readSecret, SECRET_SOURCE } from './secret-source.ts'
import { type SettingSource, settingText } from './setting-source.ts'

/**
 * Who is told of commits: YAML or JSON in `LOCKSTEP_NOTIFICATIONS`, or in the file that
 * `LOCKSTEP_NOTIFICATIONS_FILE` names, with the secrets elsewhere.
 *
 * @returns none if neither is set
 * @throws {ConfigurationError} with all that is wrong
 */
export async function readNotificationTargets(
  source: SettingSource,
): Promise<readonly NotificationTarget[]> {
  const setting = await settingText(source, 'LOCKSTEP_NOTIFICATIONS')
  if (setting === undefined) return []
  const { text, where } = setting
  const { targets } = configured(NOTIFICATION_TARGETS, readYaml(text, where), where)
  const mistakes = new Mistakes()
  const read: NotificationTarget[] = []
  for (const [index, target] of targets.entries()) {
    const withSecrets = await mistakes.collect(() =>
      readTarget(source, target, `${where} targets[${index}]`),
    )
    if (withSecrets !== undefined) read.push(withSecrets)
  }
  if (!mistakes.isEmpty) throw mistakes.toError()
  return read
}

async function readTarget(
  source: SettingSource,
  target: ConfiguredTarget,
  where: string,
): Promise<NotificationTarget> {
  switch (target.kind) {
    case 'standard-webhooks': {
      const secrets = await Promise.all(
        target.secrets.map((from, index) =>
          readStandardSecret(source, from, `${where}.secrets[${index}]`),
        ),
      )
      return { ...target, secrets }
    }
    case 'flux-receiver':
    case 'argocd': {
      const { secret: from, ...others } = target
      if (from === undefined) return others
      return { ...others, secret: await readSecret(source, from, `${where}.secret`) }
    }
    case 'github-status':
    case 'gitlab-status': {
      const token = await readSecret(source, target.token, `${where}.token`)
      return { ...target, token: async () => token }
    }
  }
}

async function readStandardSecret(
  source: SettingSource,
  from: z.output<typeof SECRET_SOURCE>,
  where: string,
): Promise<string> {
  const secret = await readSecret(source, from, where)
  if (isStandardSecret(secret)) return secret
  throw new ConfigurationError([
    `${where}: is no secret of Standard Webhooks. Write whsec_ and 24 bytes or more in base64: echo "whsec_$(openssl rand -base64 32)"`,
  ])
}

const REPOSITORY = z
  .string('Write the address of the repository')
  .refine(
    (address) => repositoryName(address)?.includes('/'),
    'Write the address of the repository, such as https://github.com/acme/deploy',
  )

const ENVIRONMENTS = z
  .array(ENVIRONMENT_NAME)
  .min(1, 'Write at least one, or leave it out for all')
  .optional()

const statusOf = <Kind extends 'github-status' | 'gitlab-status'>(kind: Kind) =>
  z.strictObject({
    kind: z.literal(kind),
    repository: REPOSITORY,
    api: ADDRESS.optional(),
    token: SECRET_SOURCE,
    context: z.string().min(1).max(100).default('lockstep'),
    environments: ENVIRONMENTS,
  })

const syncOf = <Kind extends 'flux-receiver' | 'argocd'>(kind: Kind) =>
  z.strictObject({
    kind: z.literal(kind),
    url: ADDRESS,
    secret: SECRET_SOURCE.optional(),
    environments: ENVIRONMENTS,
  })

const KINDS = ['standard-webhooks', 'flux-receiver', 'argocd', 'github-status', 'gitlab-status']

/** All that are told of commits. */
export const NOTIFICATION_TARGETS = z.strictObject({
  targets: z
    .array(
      z.discriminatedUnion(
        'kind',
        [
          z.strictObject({
            kind: z.literal('standard-webhooks'),
            url: ADDRESS,
            secrets: z
              .array(SECRET_SOURCE)
              .min(1, 'Write where its secret is: [{ file: PATH }] or [{ variable: NAME }]'),
            environments: ENVIRONMENTS,
          }),
          syncOf('flux-receiver'),
          syncOf('argocd'),
          statusOf('github-status'),
          statusOf('gitlab-status'),
        ],
        `Write one of ${KINDS.join(', ')}`,
      ),
    )
    .min(1, 'Add a target, or do not name the file'),
})

type ConfiguredTarget = z.output<typeof NOTIFICATION_TARGETS>['targets'][number]
