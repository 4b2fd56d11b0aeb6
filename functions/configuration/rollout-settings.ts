import { z } from 'zod'
import { configured } from './configuration-error.ts'
import { ENVIRONMENT_NAME } from './environment-name.ts'
import { imageProblems } from './image-problems.ts'
import { IMAGE_SETTINGS, type ImageFileSettings, type RegistrySettings } from './image-settings.ts'
import { METRIC_SETTINGS } from './metric-settings.ts'
import { readYaml } from './read-yaml.ts'
import { REPOSITORY } from './repository-settings.ts'
import { SECRET_SOURCE } from './secret-source.ts'
import { type SettingSource, settingText } from './setting-source.ts'

/** Which cluster an environment is synced to, and how it is looked at. */
const CLUSTER = z.discriminatedUnion(
  'kind',
  [
    /** That of the locks, whose tokens count. */
    z.strictObject({ kind: z.literal('own') }),
    z.strictObject({
      kind: z.literal('remote'),
      server: z
        .string('Write the address of the API server')
        .refine(
          (address) => URL.parse(address)?.protocol === 'https:',
          'Write the address of the API server, which begins with https://',
        ),
      token: SECRET_SOURCE,
      certificateAuthority: SECRET_SOURCE.exactOptional(),
    }),
    z.strictObject({
      kind: z.literal('kubeconfig'),
      file: z.string().min(1).exactOptional(),
      context: z.string().min(1).exactOptional(),
    }),
    /** Nobody looks from here, so nothing goes forward by what is done here. */
    z.strictObject({ kind: z.literal('none') }),
  ],
  'Write one of own, remote, kubeconfig and none as its kind',
)

const PACE = z
  .strictObject({
    leastSeconds: z.number().min(1, 'Write 1 or more').max(3600).default(1),
    idleSeconds: z.number().min(1, 'Write 1 or more').max(3600).default(60),
  })
  .refine(
    ({ leastSeconds, idleSeconds }) => leastSeconds <= idleSeconds,
    'Make idleSeconds at least leastSeconds',
  )

/** What applies the branch, and may say why it does not. */
const SYNCS = z.strictObject({
  read: z.boolean('Write true or false').default(true),
  argoNamespace: z.string().min(1, 'Write the namespace that Argo CD is in').default('argocd'),
})

const TARGET = z.strictObject({
  environment: ENVIRONMENT_NAME,
  repository: REPOSITORY,
  branch: z.string('Write a branch').min(1, 'Write the branch that is synced'),
  cluster: CLUSTER.default({ kind: 'own' }),
  syncs: SYNCS.prefault({}),
  metrics: METRIC_SETTINGS.exactOptional(),
  /** Whether all that goes forward in one tick is one commit. */
  together: z.boolean().exactOptional(),
  mostInFlight: z.int().min(1, 'Write 1 or more').exactOptional(),
  deadlineSeconds: z.number().min(0.1).max(60).exactOptional(),
  pace: PACE.prefault({}),
})

/** All environments of one function, and the images that it follows. */
export const ROLLOUT_SETTINGS = z
  .strictObject({
    targets: z.array(TARGET).min(1, 'Add a target, or do not name the file'),
    ...IMAGE_SETTINGS,
  })
  .superRefine((settings, context) => {
    const { targets } = settings
    for (const { path, message } of imageProblems(settings)) {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
    for (const [index, { environment }] of targets.entries()) {
      const first = targets.findIndex((other) => other.environment === environment)
      if (first === index) continue
      context.addIssue({
        code: 'custom',
        path: ['targets', index, 'environment'],
        message: `targets[${first}] is called so. Give each environment a name of its own`,
      })
    }
  })

export type RolloutTargetSettings = z.output<typeof ROLLOUT_SETTINGS>['targets'][number]

/** What was written down, and what to call it when something is wrong with it. */
export interface RolloutSettings {
  readonly targets: readonly RolloutTargetSettings[]
  readonly images: readonly ImageFileSettings[]
  readonly registries: readonly RegistrySettings[]
  readonly where: string
}

/**
 * Which environments a function serves: YAML or JSON in `LOCKSTEP_ROLLOUTS`, or in the file that
 * `LOCKSTEP_ROLLOUTS_FILE` names, with the secrets elsewhere.
 *
 * @returns `undefined` if neither is set
 * @throws {ConfigurationError} with all that is wrong with their form
 */
export async function readRolloutSettings(
  source: SettingSource,
): Promise<RolloutSettings | undefined> {
  const setting = await settingText(source, 'LOCKSTEP_ROLLOUTS')
  if (setting === undefined) return undefined
  const { text, where } = setting
  return { ...configured(ROLLOUT_SETTINGS, readYaml(text, where), where), where }
}
