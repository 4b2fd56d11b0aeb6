import type { Severity, Violation } from './finding.ts'
import type { ObjectSet } from './object-set.ts'

/** What a rule says, without the means to check it. */
export interface RuleDescription {
  /** `area/rule`, stable: waivers, baselines and people refer to it. */
  readonly id: string
  readonly severity: Severity
  /** What must hold, in one sentence. */
  readonly title: string
  /** What happens if it does not, and to whom. */
  readonly why: string
  /** Ids under which other tools know the rule: `kube-score/pod-probes-identical`. */
  readonly peers?: readonly string[]
  /**
   * Whether it reports what is missing. In a set that may be only a part of what the cluster gets,
   * an error of such a rule is a warning, and a warning advice: the missing object may be elsewhere.
   *
   * @default false
   */
  readonly needsWholeSet?: boolean
}

/** One thing that must hold over a set of Kubernetes objects. */
export interface Rule extends RuleDescription {
  /** Looks at all objects of one environment at once, since most mistakes lie between two of them. */
  check(objects: ObjectSet): Iterable<Violation>
}
