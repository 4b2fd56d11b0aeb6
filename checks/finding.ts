import type { Origin } from '../manifests/origin.ts'

/**
 * - `error`: the API server refuses it, or it is broken as written. Fails synth too.
 * - `warning`: a risk. Fails `check` and stops `publish` unless waived.
 * - `advice`: worth knowing; fails nothing.
 */
export type Severity = 'error' | 'warning' | 'advice'

/** What a rule found in one object, before it is known where the object comes from. */
export interface Violation {
  /** Index of the object in the checked list. */
  readonly index: number
  /** Field that is wrong, as a path: `spec.template.spec.containers[0].image`. */
  readonly field?: string
  /** What is wrong, with the value, as a sentence without a full stop. */
  readonly message: string
  /** What to write instead, in the imperative. */
  readonly remedy: string
  /** Index of another object that has to do with it, as the other of two that collide. */
  readonly other?: number
}

/** One thing that is wrong with one object. */
export interface Finding {
  /** `area/rule`, stable. */
  readonly rule: string
  readonly severity: Severity
  /** The environment that it was found in, where there is one. */
  readonly environment?: string
  /** The object, as `Deployment.apps shop/checkout`. */
  readonly object: string
  readonly field?: string
  readonly message: string
  readonly remedy: string
  readonly origin?: Origin
  /** Where another object that has to do with it comes from. */
  readonly otherOrigin?: Origin
  /** Why the finding is accepted; absent if it is not. A waived finding fails nothing but is shown. */
  readonly waived?: string
}
