export interface ReplicaRatioProps {
  /** Pods that the app needs, at least 1. Both tracks together never have fewer. */
  readonly replicas: number
  /** Share of the canary that is asked for, in whole percent, 0 to 100. */
  readonly weight: number
  /**
   * Pods that both tracks together may have beyond `replicas`.
   *
   * @default 0
   */
  readonly surge?: number
}

export interface ReplicaRatio {
  readonly canary: number
  readonly stable: number
  /** Share of the pods that the canary has, in percent. */
  readonly achieved: number
  /** How far that is from what was asked for, in percentage points; positive if it is too much. */
  readonly error: number
}

/** A number of pods for the canary out of a total. */
interface Split {
  readonly canary: number
  readonly total: number
}

/**
 * Splits pods so that their ratio comes as close to a weight as whole pods can: what a canary
 * without a router has for a weight.
 *
 * Promised: together at least `replicas` and at most `replicas + surge` pods; for weights from 1 to
 * 99, wherever two pods are allowed, each track has at least one; more weight never means a smaller
 * share. Of two splits equally close, the one with less on the canary; of two equal ones, the
 * cheaper.
 */
export function replicaRatio({ replicas, weight, surge = 0 }: ReplicaRatioProps): ReplicaRatio {
  const { canary, total } = split(replicas, weight, surge)
  const achieved = (100 * canary) / total
  return { canary, stable: total - canary, achieved, error: achieved - weight }
}

function split(replicas: number, weight: number, surge: number): Split {
  if (weight <= 0) return { canary: 0, total: replicas }
  if (weight >= 100) return { canary: replicas, total: replicas }
  let best: Split | undefined
  for (let total = replicas; total <= replicas + surge; total++) {
    for (const candidate of splitsAround(total, weight)) {
      if (best === undefined || isCloser(candidate, best, weight)) best = candidate
    }
  }
  // A single pod is on one side or the other.
  return best ?? { canary: weight > 50 ? 1 : 0, total: 1 }
}

/** The whole numbers on both sides of the exact one, so far as each track keeps a pod. */
function splitsAround(total: number, weight: number): Split[] {
  if (total < 2) return []
  const below = Math.floor((total * weight) / 100)
  const numbers = new Set(
    [below, below + 1].map((canary) => Math.min(total - 1, Math.max(1, canary))),
  )
  return [...numbers].map((canary) => ({ canary, total }))
}

/** In whole numbers: the distance of two fractions must not hang on how a machine rounds. */
function isCloser(a: Split, b: Split, weight: number): boolean {
  const [aside, bside] = [distance(a, weight) * b.total, distance(b, weight) * a.total]
  if (aside !== bside) return aside < bside
  return a.canary * b.total < b.canary * a.total
}

const distance = ({ canary, total }: Split, weight: number): number =>
  Math.abs(100 * canary - weight * total)
