/**
 * Why a publish does not happen before a person has decided. Nothing is written while there is one.
 *
 * - `foreign-object`: a file that Lockstep does not own has the same object.
 * - `foreign-file`: such a file lies at a path that is to be written, or in the way of its folder.
 * - `other-project`: another project has published the app, or a file with the same object.
 * - `immutable-field`: the API server would refuse the change.
 * - `deletes-data`: the change would delete data.
 * - `replicas-handover`: pods would drop to one until the autoscaler acts.
 * - `other-tracks`: no rollout leads from the tracks or the router that there are to those wanted.
 * - `rollout-in-flight`: a release without a canary would pull the ground from under a rollout.
 * - `held-back`: an app would stay as it is, and every app was asked for.
 */
export interface Stop {
  readonly kind:
    | 'foreign-object'
    | 'foreign-file'
    | 'other-project'
    | 'immutable-field'
    | 'deletes-data'
    | 'replicas-handover'
    | 'other-tracks'
    | 'rollout-in-flight'
    | 'held-back'
  /** As `Deployment.apps shop/web`; absent if it is not about one object. */
  readonly object?: string
  /** What would happen, as a sentence without a full stop. */
  readonly message: string
  /** What to do, in the imperative. */
  readonly remedy: string
  /** Files on the branch that it is about, below the environment's folder. */
  readonly files: readonly string[]
}
