// All checks, which loads the schemas of Kubernetes; `lockstep/checks` does not
export { everyErrorRule, everyRule } from '../every-rule.ts'
export { kubernetesSchemas } from './kubernetes-schemas.ts'
export { UnknownMinorVersionError } from './minor-versions.ts'
export type { SchemaLibrary } from './schema-library.ts'
export type { SchemaProblem, SchemaProblemCode } from './schema-problem.ts'
export { type ValidateSchemaOptions, validateSchema } from './validate-schema.ts'
