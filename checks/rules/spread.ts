import { at, type Fields, fields, items, number } from '../../manifests/fields.ts'
import { isRecord } from '../../manifests/kubernetes-object.ts'
import { forEachWorkload, type Problem } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import { replicaRangeOf } from '../replica-range.ts'
import type { Rule } from '../rule.ts'
import { affinityTermsOf, HOST_KEY, spreadConstraintsOf, ZONE_KEY } from '../spreading.ts'
import { updateBoundsOf } from '../update-strategy.ts'
import type { Workload } from '../workload.ts'

const isReplicated = (workload: Workload, objects: ObjectSet): boolean =>
  workload.isLongRunning && (replicaRangeOf(workload, objects)?.max ?? 0) >= 2

const missing: Rule = {
  id: 'spread/missing',
  severity: 'warning',
  title: 'The pods of a workload are kept apart',
  why: 'The scheduler may put all of them on one node, and then one node is the whole app.',
  peers: [
    'kube-score/deployment-has-host-podantiaffinity',
    'kube-score/statefulset-has-host-podantiaffinity',
    'kube-linter/no-anti-affinity',
    'polaris/topologySpreadConstraint',
  ],
  check: forEachWorkload((workload, objects) => {
    if (!isReplicated(workload, objects)) return undefined
    if (spreadConstraintsOf(workload).length > 0) return undefined
    if (affinityTermsOf(workload).some(({ isOwn }) => isOwn)) return undefined
    return {
      field: `${workload.podField}.topologySpreadConstraints`,
      message: 'Nothing keeps its pods on different nodes and in different zones',
      remedy: `Add spread constraints over \`${ZONE_KEY}\` and \`${HOST_KEY}\`, \`ScheduleAnyway\``,
    }
  }),
}

const noHost: Rule = {
  id: 'spread/no-host',
  severity: 'advice',
  title: 'Pods are spread over hosts, not over zones alone',
  why: "A constraint of one's own switches the scheduler's built-in ones off, so all pods of a zone may land on one node.",
  check: forEachWorkload((workload, objects) => {
    if (!isReplicated(workload, objects)) return undefined
    const constraints = spreadConstraintsOf(workload)
    const keys = [
      ...constraints.map(({ topologyKey }) => topologyKey),
      ...affinityTermsOf(workload).map(({ topologyKey }) => topologyKey),
    ]
    if (constraints.length === 0 || keys.includes(HOST_KEY)) return undefined
    return {
      field: `${workload.podField}.topologySpreadConstraints`,
      message: 'No constraint is over hosts',
      remedy: `Add one over \`${HOST_KEY}\``,
    }
  }),
}

const selectorSelf: Rule = {
  id: 'spread/selector-self',
  severity: 'error',
  title: 'A spread constraint counts the pods of its own workload',
  why: 'If its selector misses them, there is never anything to spread, and the constraint does nothing at all.',
  peers: ['kube-score/pod-topology-spread-constraints'],
  check: forEachWorkload((workload) =>
    spreadConstraintsOf(workload)
      .filter(({ isOwn }) => !isOwn)
      .map(({ field }) => ({
        field: `${field}.labelSelector`,
        message: 'The selector does not select the labels of the pod template',
        remedy: 'Use the selector of the workload itself',
      })),
  ),
}

/** Node labels of the `kubernetes.io` family that mean a place. */
const PLACES: ReadonlySet<string> = new Set([
  HOST_KEY,
  ZONE_KEY,
  'topology.kubernetes.io/region',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'node.kubernetes.io/instance-type',
])

const topologyKey: Rule = {
  id: 'spread/topology-key',
  severity: 'warning',
  title: 'Pods are spread over labels that nodes have',
  why: 'Nodes without the label are left out: a strict rule keeps pods Pending, a soft one does nothing. `failure-domain.beta.kubernetes.io` is gone from newer nodes.',
  peers: ['datree/TOPOLOGYSPREADCONSTRAINT_INCORRECT_TOPOLOGYKEY'],
  check: forEachWorkload((workload) =>
    [...spreadConstraintsOf(workload), ...affinityTermsOf(workload)].flatMap(
      ({ topologyKey: key, field }) => {
        const isKubernetes = /(^|\.)(kubernetes|k8s)\.io\//.test(key)
        const isForeign = key.includes('/') && !isKubernetes
        if (PLACES.has(key) || isForeign || (isKubernetes && isCloud(key))) return []
        return {
          field: `${field}.topologyKey`,
          message: `'${key}' is not a label that Kubernetes puts on nodes`,
          remedy: `Use \`${ZONE_KEY}\` or \`${HOST_KEY}\``,
        }
      },
    ),
  ),
}

/** Drivers of storage and autoscalers label nodes in their own corner of the domain. */
const isCloud = (key: string): boolean =>
  /^(topology\.[a-z0-9-]+\.csi|[a-z0-9.-]+\.csi|topology\.k8s|[a-z0-9-]+\.x-k8s)/.test(key) &&
  !key.startsWith('topology.kubernetes.io/')

const invalidConstraint: Rule = {
  id: 'spread/invalid-constraint',
  severity: 'error',
  title: 'Spread constraints have values that Kubernetes accepts',
  why: 'The API server refuses the workload otherwise.',
  peers: ['kube-score/pod-topology-spread-constraints'],
  check: forEachWorkload(({ podSpec, podField }) => {
    const seen = new Set<string>()
    return items(podSpec.topologySpreadConstraints).flatMap((value, index) => {
      const constraint = fields(value)
      const field = `${podField}.topologySpreadConstraints[${index}]`
      const pair = `${String(constraint.topologyKey)} ${String(constraint.whenUnsatisfiable)}`
      const isTwice = seen.has(pair)
      seen.add(pair)
      return [
        ...wrongValues(constraint, field),
        ...repeatedKeys(constraint, field),
        ...(isTwice
          ? [{ field, message: `There are two constraints for ${pair}`, remedy: 'Keep one' }]
          : []),
      ]
    })
  }),
}

function wrongValues(constraint: Fields, field: string): Problem[] {
  const { maxSkew, minDomains, whenUnsatisfiable } = constraint
  const problems: Problem[] = []
  if ((number(maxSkew) ?? 0) < 1) {
    problems.push({
      field: `${field}.maxSkew`,
      message: `\`maxSkew: ${String(maxSkew)}\` is below 1`,
      remedy: 'Write 1 or more; there is no upper limit',
    })
  }
  if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule') {
    problems.push({
      field: `${field}.minDomains`,
      message: '`minDomains` has a meaning with `DoNotSchedule` only',
      remedy: 'Remove it, or make the constraint strict',
    })
  }
  return problems
}

function repeatedKeys({ matchLabelKeys, labelSelector }: Fields, field: string): Problem[] {
  const labels = fields(at(labelSelector, 'matchLabels'))
  return items(matchLabelKeys)
    .filter((key) => typeof key === 'string' && key in labels)
    .map((key) => ({
      field: `${field}.matchLabelKeys`,
      message: `'${String(key)}' is in \`matchLabelKeys\` and in the selector`,
      remedy: 'Keep it in one of them',
    }))
}

const oldRevisions: Rule = {
  id: 'spread/old-revisions',
  severity: 'advice',
  title: 'A rolling update spreads the new pods among themselves',
  why: 'Without `matchLabelKeys` the pods that are about to go are counted too, so when they are gone the new ones stand unevenly.',
  check: forEachWorkload((workload) => {
    if (workload.kind !== 'Deployment') return undefined
    return spreadConstraintsOf(workload)
      .filter(({ revisionOnly, isOwn }) => isOwn && !revisionOnly)
      .map(({ field }) => ({
        field: `${field}.matchLabelKeys`,
        message: 'Pods of the old revision are counted',
        remedy: 'Write `matchLabelKeys: [pod-template-hash]`',
      }))
  }),
}

/** Numbers of pods at which every zone has its one pod and an update needs room for another. */
function deadlocks(workload: Workload, zones: number, objects: ObjectSet): boolean {
  const range = replicaRangeOf(workload, objects)
  if (range === undefined || range.min > zones || range.max < zones) return false
  const bounds = updateBoundsOf(workload, zones)
  return bounds?.type === 'RollingUpdate' && bounds.unavailable === 0
}

const requiredSurgeDeadlock: Rule = {
  id: 'spread/required-surge-deadlock',
  severity: 'error',
  title: 'A pod that must be alone in its zone can be updated',
  why: 'With one pod in each zone the additional pod of the update has no place, and no old one may go first: the update hangs until its deadline.',
  check: forEachWorkload((workload, objects) => {
    const term = affinityTermsOf(workload).find(
      ({ isRequired, isOwn, topologyKey: key, revisionOnly }) =>
        isRequired && isOwn && key === ZONE_KEY && !revisionOnly,
    )
    if (term === undefined || !deadlocks(workload, objects.zones, objects)) return undefined
    return {
      field: term.field,
      message: `With a pod in each of ${objects.zones} zones an update has no place for the next one`,
      remedy:
        'Write `matchLabelKeys: [pod-template-hash]`, or `maxSurge: 0` with `maxUnavailable: 1`',
    }
  }),
}

const tooFewZones: Rule = {
  id: 'spread/too-few-zones',
  severity: 'warning',
  title: 'There are as many zones as pods that must be alone in theirs',
  why: 'The pods above that number stay Pending.',
  check: forEachWorkload((workload, objects) => {
    const range = replicaRangeOf(workload, objects)
    if (range === undefined || range.max <= objects.zones) return undefined
    const term = affinityTermsOf(workload).find(
      ({ isRequired, isOwn, topologyKey: key }) => isRequired && isOwn && key === ZONE_KEY,
    )
    if (term === undefined) return undefined
    return {
      field: term.field,
      message: `${range.max} pods must be alone in their zone, and there are ${objects.zones} zones`,
      remedy: 'Prefer instead of require, or use a spread constraint with `maxSkew: 1`',
    }
  }),
}

const nodeName: Rule = {
  id: 'spread/node-name',
  severity: 'warning',
  title: 'No workload is tied to one node by name',
  why: 'The scheduler is not asked: the pods stay on that node when it is full, drained or gone.',
  check: forEachWorkload(({ podSpec, podField }) =>
    isRecord(podSpec) && typeof podSpec.nodeName === 'string'
      ? {
          field: `${podField}.nodeName`,
          message: `The pods run on '${podSpec.nodeName}' and nowhere else`,
          remedy: 'Select nodes by label: `nodeSelector` or node affinity',
        }
      : undefined,
  ),
}

export const spreadRules: readonly Rule[] = [
  missing,
  noHost,
  selectorSelf,
  topologyKey,
  invalidConstraint,
  oldRevisions,
  requiredSurgeDeadlock,
  tooFewZones,
  nodeName,
]
