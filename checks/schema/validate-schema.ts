import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { kindProblem } from './kind-problem.ts'
import type { SchemaLibrary } from './schema-library.ts'
import type { SchemaProblem } from './schema-problem.ts'
import { SchemaWalk } from './schema-walk.ts'

export interface ValidateSchemaOptions {
  /**
   * What is known of the kinds. With `withDefinitions` it also knows those of the user's own
   * CustomResourceDefinitions.
   */
  readonly schemas: SchemaLibrary
  /**
   * Kubernetes versions that the object must be valid on: `1.33`, `1.31..1.36`.
   *
   * @default - all that the schemas cover
   */
  readonly versions?: readonly string[]
}

/**
 * Holds an object against the schema of its kind as strictly as the API server does with
 * `fieldValidation=Strict`, and finds everything at once. What goes beyond the schema (names,
 * relations between fields, CEL rules of a CustomResourceDefinition) is not looked at.
 *
 * @throws {UnknownMinorVersionError}
 */
export function validateSchema(
  object: KubernetesObject,
  { schemas, versions }: ValidateSchemaOptions,
): readonly SchemaProblem[] {
  const { minors } = schemas
  const targets = versions === undefined ? minors.all : minors.set(versions)
  const schema = schemas.kind(object.apiVersion, object.kind)
  const ofKind = kindProblem(object, schema, schemas, targets)
  const problems = ofKind === undefined ? [] : [ofKind]
  if (schema === undefined) return problems
  const walk = new SchemaWalk(minors, targets & schema.minors)
  walk.visit(schema.root, object)
  return [...problems, ...walk.problems]
}
