import { z } from 'zod'
import { configured } from '../configuration/configuration-error.ts'
import { readYaml } from '../configuration/read-yaml.ts'
import {
  type Authorizer,
  LOCK_VERBS,
  type RequestedAccess,
  ROLLOUT_VERBS,
  type RolloutAccess,
} from './authorizer.ts'
import type { Identity } from './identity.ts'

/**
 * Rights that are written in a file, for servers without a cluster to ask. What no rule allows is
 * not allowed.
 */
export class PolicyFile implements Authorizer {
  readonly #rules: readonly Rule[]

  private constructor(rules: readonly Rule[]) {
    this.#rules = rules
  }

  /**
   * @param text YAML or JSON: `rules`, each with `names` or `groups` or both, `verbs`, and `locks` or
   * `rollouts` or both; `roles` where `approve` is among the verbs
   * @param where the name of the file
   * @throws {ConfigurationError}
   */
  static read(text: string, where: string): PolicyFile {
    return new PolicyFile(configured(POLICY, readYaml(text, where), where).rules)
  }

  async allows(identity: Identity, access: RequestedAccess): Promise<boolean> {
    return this.#rules.some(
      (rule) =>
        isAbout(rule, identity) &&
        rule.verbs.includes(access.verb) &&
        (access.resource === 'rollouts'
          ? rule.rollouts.some((pattern) => covers(pattern, placeOf(access))) &&
            hasRole(rule, access)
          : rule.locks.some((pattern) => covers(pattern, [access.namespace, access.name]))),
    )
  }
}

const isAbout = ({ names, groups }: Rule, identity: Identity): boolean =>
  names.includes(identity.name) || groups.some((group) => identity.groups.includes(group))

const placeOf = ({ environment, namespace, name }: RolloutAccess): readonly string[] => [
  environment,
  namespace,
  name,
]

const hasRole = ({ roles }: Rule, { role }: RolloutAccess): boolean =>
  role === undefined || roles.some((pattern) => matches(pattern, role))

/** By parts, so that no `*` reaches into another namespace or environment. */
function covers(pattern: string, place: readonly string[]): boolean {
  const parts = pattern.split('/')
  return place.every((name, index) => matches(parts[index] ?? '', name))
}

const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern

const NAME = z.string('Write a name').min(1, 'Write a name')
const PART = '(\\*|[a-z0-9][a-z0-9.-]*\\*?)'
/** As folders may be called, which Kubernetes does not know. */
const ENVIRONMENT = '(\\*|[A-Za-z0-9][\\w.-]*\\*?)'

const WHICH_LOCKS = 'Write which locks: NAMESPACE/NAME, or */* for all'
const WHICH_ROLLOUTS = 'Write which rollouts: ENVIRONMENT/NAMESPACE/APP, or */*/* for all'
const WHICH_ROLES = 'Write in which roles of plans, or * for all'

/** What a rule leaves open that one of its verbs needs to know. */
const NEEDED = [
  { verbs: LOCK_VERBS, key: 'locks', remedy: WHICH_LOCKS },
  { verbs: ROLLOUT_VERBS, key: 'rollouts', remedy: WHICH_ROLLOUTS },
  { verbs: ['approve'], key: 'roles', remedy: WHICH_ROLES },
] as const

const LOCKS_AND_ROLLOUTS = `${LOCK_VERBS.join(', ')} (of locks), ${ROLLOUT_VERBS.join(', ')} (of rollouts)`

const POLICY = z.strictObject({
  rules: z
    .array(
      z
        .strictObject({
          names: z.array(NAME).default([]),
          groups: z.array(NAME).default([]),
          verbs: z
            .array(z.enum([...LOCK_VERBS, ...ROLLOUT_VERBS], `Write any of ${LOCKS_AND_ROLLOUTS}`))
            .min(1, `Write at least one of ${LOCKS_AND_ROLLOUTS}`),
          locks: z
            .array(
              z
                .string('Write NAMESPACE/NAME')
                .regex(
                  new RegExp(`^${PART}/${PART}$`),
                  'Write NAMESPACE/NAME; each of them may end with *, for all that begin so',
                ),
            )
            .min(1, WHICH_LOCKS)
            .default([]),
          rollouts: z
            .array(
              z
                .string('Write ENVIRONMENT/NAMESPACE/APP')
                .regex(
                  new RegExp(`^${ENVIRONMENT}/${PART}/${PART}$`),
                  'Write ENVIRONMENT/NAMESPACE/APP; each of them may end with *, for all that begin so',
                ),
            )
            .min(1, WHICH_ROLLOUTS)
            .default([]),
          roles: z.array(NAME).min(1, WHICH_ROLES).default([]),
        })
        .refine(
          ({ names, groups }) => names.length + groups.length > 0,
          'Write whom it is about: names, groups, or both',
        )
        .superRefine((rule, context) => {
          for (const { verbs, key, remedy } of NEEDED) {
            const needing: ReadonlySet<string> = new Set(verbs)
            const isNeeded = rule.verbs.some((verb) => needing.has(verb))
            if (!isNeeded || rule[key].length > 0) continue
            context.addIssue({ code: 'custom', path: [key], message: remedy })
          }
        }),
    )
    .min(1, 'Write a rule: without one nobody may do anything'),
})

type Rule = z.infer<typeof POLICY>['rules'][number]
