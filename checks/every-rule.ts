import { allRules } from './all-rules.ts'
import type { Rule } from './rule.ts'
import { schemaRules } from './rules/schema.ts'
import { kubernetesSchemas } from './schema/kubernetes-schemas.ts'

/** Every rule, those of the schemas included. Loads the schemas; `allRules` does not. */
export const everyRule: readonly Rule[] = [...allRules, ...schemaRules(kubernetesSchemas)]

/** Those whose findings fail a synth. */
export const everyErrorRule: readonly Rule[] = everyRule.filter(
  ({ severity }) => severity === 'error',
)
