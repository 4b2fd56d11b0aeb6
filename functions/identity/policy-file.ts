import { z } from 'zod'
import { configured } from '../configuration/configuration-error.ts'
import { readYaml } from '../configuration/read-yaml.ts'
import type { Authorizer, LockAccess } from './authorizer.ts'
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
   * @param text YAML or JSON: `rules`, each with `names` or `groups` or both, `verbs` and `locks`
   * @param where the name of the file
   * @throws {ConfigurationError}
   */
  static read(text: string, where: string): PolicyFile {
    return new PolicyFile(configured(POLICY, readYaml(text, where), where).rules)
  }

  async allows(identity: Identity, access: LockAccess): Promise<boolean> {
    return this.#rules.some(
      (rule) =>
        isAbout(rule, identity) &&
        rule.verbs.includes(access.verb) &&
        rule.locks.some((pattern) => covers(pattern, access)),
    )
  }
}

const isAbout = ({ names, groups }: Rule, identity: Identity): boolean =>
  names.includes(identity.name) || groups.some((group) => identity.groups.includes(group))

/** By parts, so that no `*` reaches into another namespace. */
function covers(pattern: string, { namespace, name }: LockAccess): boolean {
  const [namespaces = '', names = ''] = pattern.split('/')
  return matches(namespaces, namespace) && matches(names, name)
}

const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern

const NAME = z.string('Write a name').min(1, 'Write a name')
const PART = '(\\*|[a-z0-9][a-z0-9.-]*\\*?)'

const POLICY = z.strictObject({
  rules: z
    .array(
      z
        .strictObject({
          names: z.array(NAME).default([]),
          groups: z.array(NAME).default([]),
          verbs: z
            .array(z.enum(['hold', 'break', 'read'], 'Write hold, break or read'))
            .min(1, 'Write at least one of hold, break and read'),
          locks: z
            .array(
              z
                .string('Write NAMESPACE/NAME')
                .regex(
                  new RegExp(`^${PART}/${PART}$`),
                  'Write NAMESPACE/NAME; each of them may end with *, for all that begin so',
                ),
            )
            .min(1, 'Write which locks: NAMESPACE/NAME, or */* for all'),
        })
        .refine(
          ({ names, groups }) => names.length + groups.length > 0,
          'Write whom it is about: names, groups, or both',
        ),
    )
    .min(1, 'Write a rule: without one nobody may do anything'),
})

type Rule = z.infer<typeof POLICY>['rules'][number]
