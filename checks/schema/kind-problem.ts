import { groupOf } from '../../manifests/identity.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { didYouMean } from './did-you-mean.ts'
import type { KindSchema, SchemaLibrary } from './schema-library.ts'
import { SCHEMA_SEVERITIES, type SchemaProblem, type SchemaProblemCode } from './schema-problem.ts'

/** What is wrong with an object's `apiVersion` and `kind`, before one looks at its fields. */
export function kindProblem(
  object: KubernetesObject,
  schema: KindSchema | undefined,
  schemas: SchemaLibrary,
  targets: number,
): SchemaProblem | undefined {
  if (schema === undefined) return unknownKind(object, schemas)
  const lacking = targets & ~schema.minors
  if (lacking !== 0) return missingIn(lacking, object, schema, schemas)
  return schema.offByDefault ? offByDefault(object, schemas) : undefined
}

const nameOf = ({ apiVersion, kind }: KubernetesObject): string => `\`${apiVersion} ${kind}\``

const problem = (code: SchemaProblemCode, message: string, remedy: string): SchemaProblem => ({
  code,
  severity: SCHEMA_SEVERITIES[code],
  message,
  remedy,
})

function unknownKind(object: KubernetesObject, schemas: SchemaLibrary): SchemaProblem {
  const { apiVersion, kind } = object
  const gone = schemas.retired(apiVersion, kind)
  if (gone !== undefined) {
    const message = `${nameOf(object)} was removed in Kubernetes ${gone.removedIn}`
    return problem('removed-kind', message, replacement(object, schemas, gone.use))
  }
  const meant = didYouMean(kind, schemas.kindsOf(apiVersion))
  const isOwn = schemas.isOwnGroup(groupOf(apiVersion)) && !apiVersion.includes('alpha')
  if (isOwn) {
    const message = `${nameOf(object)} is not a kind that Kubernetes has`
    const remedy = meant === undefined ? replacement(object, schemas) : `Write \`${meant}\``
    return problem('unknown-kind', message, remedy)
  }
  const message = `No schema of ${nameOf(object)} is known, so its fields were not checked`
  const remedy = 'Add its CustomResourceDefinition to the checked objects, if you have it'
  return problem(
    'unchecked-kind',
    message,
    meant === undefined ? remedy : `Write \`${meant}\` if you meant that. ${remedy}`,
  )
}

function missingIn(
  lacking: number,
  object: KubernetesObject,
  { minors }: KindSchema,
  schemas: SchemaLibrary,
): SchemaProblem {
  const versions = schemas.minors.describe(lacking)
  const life = schemas.minors.describeLife(minors)
  return problem(
    'not-in-version',
    `${nameOf(object)} exists ${life}, the targets include ${versions}`,
    replacement(object, schemas, schemas.retired(object.apiVersion, object.kind)?.use),
  )
}

const offByDefault = (object: KubernetesObject, schemas: SchemaLibrary): SchemaProblem =>
  problem(
    'optional-kind',
    `${nameOf(object)} is beta: only a cluster that was told to (\`--runtime-config\`) serves it`,
    replacement(object, schemas),
  )

/** What to write instead: as Kubernetes says, or else the same kind of another version. */
function replacement(
  { apiVersion, kind }: KubernetesObject,
  schemas: SchemaLibrary,
  use?: string,
): string {
  if (use !== undefined) return `Use \`${use}\``
  const others = schemas
    .apiVersionsOf(groupOf(apiVersion), kind)
    .filter((version) => version !== apiVersion)
  if (others.length > 0) return `Use ${others.map((version) => `\`${version}\``).join(' or ')}`
  return 'Remove it, or change the target versions'
}
