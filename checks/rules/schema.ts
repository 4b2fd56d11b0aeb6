import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { Violation } from '../finding.ts'
import type { ObjectSet } from '../object-set.ts'
import type { Rule, RuleDescription } from '../rule.ts'
import type { MinorVersions } from '../schema/minor-versions.ts'
import type { SchemaLibrary } from '../schema/schema-library.ts'
import type { SchemaProblem } from '../schema/schema-problem.ts'
import { validateSchema } from '../schema/validate-schema.ts'

const REFUSED = 'The API server refuses the object, and with it every other of the same sync.'

/** One rule for each way in which an object may not agree with the schema of its kind. */
export const schemaRuleDescriptions: readonly RuleDescription[] = [
  {
    id: 'schema/removed-kind',
    severity: 'error',
    title: 'Kubernetes still serves the kind in this API version',
    why: REFUSED,
    peers: ['kube-score/stable-version', 'kube-linter/no-extensions-v1beta'],
  },
  {
    id: 'schema/not-in-version',
    severity: 'error',
    title: 'All target versions of Kubernetes have the kinds, fields and values that are used',
    why: 'An older server refuses the object, or drops the field without a word: what the field was for does not happen.',
  },
  {
    id: 'schema/unknown-kind',
    severity: 'error',
    title: 'Every kind of a group of Kubernetes is one that it has',
    why: REFUSED,
    peers: ['kube-linter/schema-validation'],
  },
  {
    id: 'schema/unchecked-kind',
    severity: 'advice',
    title: 'The schema of every custom kind is known',
    why: 'Its fields were not checked, so a misspelt one is found by the cluster, or by nobody.',
  },
  {
    id: 'schema/optional-kind',
    severity: 'warning',
    title: 'Every kind is served by default',
    why: 'Beta kinds are refused by a cluster that was not told to serve them.',
  },
  {
    id: 'schema/unknown-field',
    severity: 'error',
    title: 'Every field is one that the kind has',
    why: 'With strict validation the API server refuses the object. Without it the field is dropped without a word, and what it was for does not happen.',
    peers: ['kube-linter/schema-validation'],
  },
  {
    id: 'schema/missing-field',
    severity: 'error',
    title: 'Every field that the kind requires is there',
    why: REFUSED,
    peers: ['kube-linter/schema-validation'],
  },
  {
    id: 'schema/wrong-type',
    severity: 'error',
    title: 'Every value has the type of its field',
    why: REFUSED,
    peers: ['kube-linter/schema-validation'],
  },
  {
    id: 'schema/invalid-value',
    severity: 'error',
    title: 'Every value is one that its field allows',
    why: REFUSED,
    peers: ['kube-linter/schema-validation'],
  },
]

interface IndexedProblem {
  readonly index: number
  readonly rule: string
  readonly problem: SchemaProblem
}

/** Rules that hold objects against the schemas of their kinds, those of their own definitions too. */
export function schemaRules(schemas: SchemaLibrary): readonly Rule[] {
  const checked = new WeakMap<ObjectSet, readonly IndexedProblem[]>()
  const problemsOf = (objects: ObjectSet): readonly IndexedProblem[] => {
    const known = checked.get(objects) ?? validateAll(objects, schemas)
    checked.set(objects, known)
    return known
  }
  return schemaRuleDescriptions.map((description) => ({
    ...description,
    *check(objects): Iterable<Violation> {
      for (const { index, rule, problem } of problemsOf(objects)) {
        if (rule !== description.id) continue
        const { field, message, remedy } = problem
        yield { index, ...(field !== undefined && { field }), message, remedy }
      }
    },
  }))
}

function validateAll(
  { objects, targetVersions }: ObjectSet,
  known: SchemaLibrary,
): readonly IndexedProblem[] {
  const schemas = known.withDefinitions(objects)
  const versions = coveredBy(schemas.minors, targetVersions)
  return objects.flatMap((object, index) =>
    isEncrypted(object)
      ? []
      : validateSchema(object, { schemas, ...versions }).map((problem) => ({
          index,
          rule: ruleOf(problem),
          problem,
        })),
  )
}

/** What SOPS has encrypted is decrypted before Kubernetes sees it, its own field removed. */
const isEncrypted = (object: KubernetesObject): boolean => isRecord(object.sops)

/** That a custom kind is not known is no mistake; that one of Kubernetes is not, is. */
const ruleOf = ({ code, severity }: SchemaProblem): string =>
  code === 'unknown-kind' && severity !== 'error' ? 'schema/unchecked-kind' : `schema/${code}`

/** Targets older than all schemas are checked as the oldest that there is. */
function coveredBy(
  { names }: MinorVersions,
  targets: readonly string[],
): { readonly versions?: readonly string[] } {
  const [oldest] = names
  if (targets.length === 0 || oldest === undefined) return {}
  const covered = targets.filter((version) => names.includes(version))
  return { versions: covered.length === 0 ? [oldest] : covered }
}
