import type { Severity } from '../finding.ts'

export type SchemaProblemCode =
  /** A kind that Kubernetes no longer has. */
  | 'removed-kind'
  /** A kind of a group of Kubernetes itself that it does not have. */
  | 'unknown-kind'
  /** A kind of somebody else's of which no schema is known, so that nothing of it was checked. */
  | 'unchecked-kind'
  /** A beta kind, which a cluster serves only if it was told to. */
  | 'optional-kind'
  /** A kind, a field or a value that some of the target versions lack. */
  | 'not-in-version'
  | 'unknown-field'
  | 'missing-field'
  | 'wrong-type'
  /** Of the right type, but not one of the allowed values, or not of the right form. */
  | 'invalid-value'

export const SCHEMA_SEVERITIES: Readonly<Record<SchemaProblemCode, Severity>> = {
  'removed-kind': 'error',
  'unknown-kind': 'error',
  'unchecked-kind': 'advice',
  'optional-kind': 'warning',
  'not-in-version': 'error',
  'unknown-field': 'error',
  'missing-field': 'error',
  'wrong-type': 'error',
  'invalid-value': 'error',
}

/** One thing in one object that does not agree with the schema of its kind. */
export interface SchemaProblem {
  readonly code: SchemaProblemCode
  readonly severity: Severity
  /** As a path: `spec.template.spec.containers[0].image`. Absent if it is the object as a whole. */
  readonly field?: string
  /** What is wrong, with the value, as a sentence without a full stop. */
  readonly message: string
  /** What to write instead, in the imperative. */
  readonly remedy: string
}
