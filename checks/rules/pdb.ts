import { at, fields } from '../../manifests/fields.ts'
import { describeIdentity, identityOf } from '../../manifests/identity.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { allowedDisruptions, type DisruptionBudget } from '../../manifests/rounding.ts'
import { budgetOf } from '../budget.ts'
import { isEmptySelector } from '../empty-selector.ts'
import { forEachOfKind, forEachWorkload } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import { replicaRangeOf } from '../replica-range.ts'
import type { Rule } from '../rule.ts'
import { namespaceOf, type Workload } from '../workload.ts'

const KIND = 'policy/PodDisruptionBudget'

const selectedBy = (pdb: KubernetesObject, objects: ObjectSet): readonly Workload[] =>
  objects.pods.selectedBy(namespaceOf(pdb), at(pdb, 'spec', 'selector'))

/** Pod counts to try; more than anybody runs, and still nothing to compute. */
const MANY_PODS = 10_000

/** The smallest number of pods at which no pod may be evicted, if the workloads can have it. */
function blockingCount(
  budget: DisruptionBudget,
  workloads: readonly Workload[],
  objects: ObjectSet,
): number | undefined {
  const ranges = workloads.map((workload) => replicaRangeOf(workload, objects))
  let min = 0
  let max = 0
  for (const range of ranges) {
    if (range === undefined) return undefined
    min += range.min
    max += range.max
  }
  for (let pods = Math.max(1, min); pods <= Math.min(max, MANY_PODS); pods++) {
    if (allowedDisruptions(pods, budget) === 0) return pods
  }
  return undefined
}

const neverEvictable: Rule = {
  id: 'pdb/never-evictable',
  severity: 'error',
  title: 'A PodDisruptionBudget lets at least one pod go',
  why: 'No node with such a pod can be drained: upgrades and scale-down of the cluster wait until somebody deletes the pod by force. Percentages round up, so 90 % of 5 pods are all 5.',
  peers: [
    'kube-linter/pdb-max-unavailable',
    'kube-linter/pdb-min-available',
    'polaris/pdbDisruptionsIsZero',
    'polaris/pdbMinAvailableGreaterThanHPAMinReplicas',
  ],
  check: forEachOfKind(KIND, (pdb, objects) => {
    const budget = budgetOf(pdb)
    if (budget === undefined) return undefined
    const field = budget.minAvailable === undefined ? 'maxUnavailable' : 'minAvailable'
    const value = JSON.stringify(budget[field])
    const never = field === 'maxUnavailable' ? /^"?0%?"?$/ : /^"100%"$/
    const pods = never.test(value)
      ? undefined
      : blockingCount(budget, selectedBy(pdb, objects), objects)
    if (pods === undefined && !never.test(value)) return undefined
    const when =
      pods === undefined ? 'ever' : `while there ${pods === 1 ? 'is 1 pod' : `are ${pods} pods`}`
    return {
      field: `spec.${field}`,
      message: `\`${field}: ${value}\` lets no pod be evicted ${when}`,
      remedy: 'Use `maxUnavailable: 1`, or a percentage; or run more pods',
    }
  }),
}

const twoForOnePod: Rule = {
  id: 'pdb/two-for-one-pod',
  severity: 'error',
  title: 'No pod is under two PodDisruptionBudgets',
  why: 'The eviction API answers 500 for such a pod, which `kubectl drain` does not retry: every drain of its node fails at once.',
  check: forEachWorkload((workload, objects) => {
    const budgets = objects.budgetsOf(workload)
    if (budgets.length < 2) return undefined
    const names = budgets.map(({ object }) => object.metadata.name).sort()
    return {
      message: `Its pods are under ${budgets.length} PodDisruptionBudgets: ${names.join(', ')}`,
      remedy: 'Keep one, or make their selectors disjoint',
    }
  }),
}

const spansWorkloads: Rule = {
  id: 'pdb/spans-workloads',
  severity: 'warning',
  title: 'A PodDisruptionBudget guards the pods of one workload',
  why: 'A budget over two workloads adds up their pods: one may go away entirely while the other makes up for it, and an update of either uses up what drains may take.',
  check: forEachOfKind(KIND, (pdb, objects) => {
    if (isEmptySelector(at(pdb, 'spec', 'selector'))) return undefined
    const selected = selectedBy(pdb, objects)
    if (selected.length < 2) return undefined
    const names = selected.map(({ object }) => describeIdentity(identityOf(object))).sort()
    return {
      field: 'spec.selector',
      message: `The budget guards ${names.join(' and ')} together`,
      remedy: 'Make one budget for each, with the selector of the workload itself',
    }
  }),
}

const emptySelector: Rule = {
  id: 'pdb/empty-selector',
  severity: 'warning',
  title: 'A PodDisruptionBudget says which pods it guards',
  why: 'In `policy/v1` an empty selector means every pod of the namespace, so a pod of somebody else can block a drain.',
  check: forEachOfKind(KIND, (pdb) =>
    isEmptySelector(at(pdb, 'spec', 'selector'))
      ? {
          field: 'spec.selector',
          message: 'The empty selector guards every pod of the namespace',
          remedy: 'Use the selector of the workload',
        }
      : undefined,
  ),
}

const noPods: Rule = {
  id: 'pdb/no-pods',
  severity: 'error',
  needsWholeSet: true,
  title: 'A PodDisruptionBudget selects pods of some workload',
  why: 'It protects nothing, and nothing says so: `expectedPods` is silently 0.',
  check: forEachOfKind(KIND, (pdb, objects) => {
    if (isEmptySelector(at(pdb, 'spec', 'selector'))) return undefined
    if (selectedBy(pdb, objects).length > 0) return undefined
    return {
      field: 'spec.selector',
      message: 'The selector selects no pod',
      remedy: 'Use the selector of the workload that it should guard',
    }
  }),
}

const bothFields: Rule = {
  id: 'pdb/both-fields',
  severity: 'error',
  title: 'A PodDisruptionBudget has `minAvailable` or `maxUnavailable`, not both',
  why: 'The API server refuses both together.',
  check: forEachOfKind(KIND, (pdb) => {
    const { minAvailable, maxUnavailable } = fields(pdb.spec)
    if (minAvailable === undefined || maxUnavailable === undefined) return undefined
    return {
      field: 'spec.minAvailable',
      message: 'Both `minAvailable` and `maxUnavailable` are set',
      remedy: 'Keep `maxUnavailable`, which stays right when the number of pods changes',
    }
  }),
}

const noPolicy: Rule = {
  id: 'pdb/no-policy',
  severity: 'warning',
  title: 'A PodDisruptionBudget has a budget',
  why: 'Without `minAvailable` and `maxUnavailable` it allows everything, and only looks like protection.',
  peers: ['kube-score/poddisruptionbudget-has-policy'],
  check: forEachOfKind(KIND, (pdb) => {
    const { minAvailable, maxUnavailable } = fields(pdb.spec)
    if (minAvailable !== undefined || maxUnavailable !== undefined) return undefined
    return {
      field: 'spec',
      message: 'The budget allows any number of pods to be evicted',
      remedy: 'Write `maxUnavailable: 1`, or a percentage',
    }
  }),
}

const barePod: Rule = {
  id: 'pdb/bare-pod',
  severity: 'error',
  title: 'A PodDisruptionBudget over pods without a controller counts them by `minAvailable`',
  why: 'Percentages and `maxUnavailable` need a controller that knows how many pods there should be. Without one the budget fails to sync and refuses every eviction.',
  check: forEachOfKind(KIND, (pdb, objects) => {
    const budget = budgetOf(pdb)
    if (budget === undefined || typeof budget.minAvailable === 'number') return undefined
    const bare = selectedBy(pdb, objects).find(({ kind }) => kind === 'Pod')
    if (bare === undefined) return undefined
    return {
      field: 'spec.selector',
      message: `The budget guards the Pod ${bare.name}, which no controller manages`,
      remedy: 'Put the pod under a Deployment, or use `minAvailable` with a number',
    }
  }),
}

const missing: Rule = {
  id: 'pdb/missing',
  severity: 'warning',
  title: 'A workload of several pods has a PodDisruptionBudget',
  why: 'A drain may otherwise evict all of its pods at the same time, however well they are spread.',
  peers: [
    'kube-score/deployment-has-poddisruptionbudget',
    'kube-score/statefulset-has-poddisruptionbudget',
    'polaris/missingPodDisruptionBudget',
  ],
  check: forEachWorkload((workload, objects) => {
    const range = replicaRangeOf(workload, objects)
    if (range === undefined || range.max < 2 || objects.budgetsOf(workload).length > 0) {
      return undefined
    }
    return {
      message: `No PodDisruptionBudget guards its ${range.max === range.min ? range.max : `${range.min} to ${range.max}`} pods`,
      remedy: 'Add a PodDisruptionBudget with the selector of the workload and `maxUnavailable: 1`',
    }
  }),
}

const unhealthyPods: Rule = {
  id: 'pdb/unhealthy-pods',
  severity: 'advice',
  title: 'A PodDisruptionBudget says what happens to pods that are not ready',
  why: 'By default a crash-looping pod counts against the budget, so a broken release blocks every drain until somebody repairs it.',
  peers: ['kube-linter/pdb-unhealthy-pod-eviction-policy'],
  check: forEachOfKind(KIND, (pdb) =>
    at(pdb, 'spec', 'unhealthyPodEvictionPolicy') === undefined
      ? {
          field: 'spec.unhealthyPodEvictionPolicy',
          message: 'Pods that are not ready are protected too',
          remedy: 'Write `AlwaysAllow`, or `IfHealthyBudget` where a quorum is at stake',
        }
      : undefined,
  ),
}

const allowsAll: Rule = {
  id: 'pdb/allows-all',
  severity: 'advice',
  title: 'A PodDisruptionBudget keeps at least one of several pods',
  why: 'If all pods may be evicted at once, a drain of two nodes at the same time can take the app down.',
  check: forEachOfKind(KIND, (pdb, objects) => {
    const budget = budgetOf(pdb)
    const [workload, second] = selectedBy(pdb, objects)
    if (budget === undefined || workload === undefined || second !== undefined) return undefined
    const pods = replicaRangeOf(workload, objects)?.min ?? 0
    if (pods < 2 || allowedDisruptions(pods, budget) < pods) return undefined
    return {
      field: 'spec',
      message: `All ${pods} pods may be evicted at the same time`,
      remedy: 'Lower `maxUnavailable`, or raise `minAvailable`',
    }
  }),
}

export const pdbRules: readonly Rule[] = [
  neverEvictable,
  twoForOnePod,
  spansWorkloads,
  emptySelector,
  noPods,
  bothFields,
  noPolicy,
  barePod,
  missing,
  unhealthyPods,
  allowsAll,
]
