import { at, fields, number } from '../../manifests/fields.ts'
import { groupOf } from '../../manifests/identity.ts'
import { forEachOfKind, forEachWorkload, type Problem } from '../for-each.ts'
import { replicaRangeOf } from '../replica-range.ts'
import type { Rule } from '../rule.ts'
import { isIntOrPercent, updateBoundsOf } from '../update-strategy.ts'

const recreateWithRollingUpdate: Rule = {
  id: 'rollout/recreate-with-rolling-update',
  severity: 'error',
  title: 'A Deployment that is recreated has no bounds of a rolling update',
  why: 'The API server refuses both together. With server-side apply the old block also stays when only the type is changed.',
  check: forEachOfKind('apps/Deployment', ({ spec }) => {
    const { type, rollingUpdate } = fields(at(spec, 'strategy'))
    if (type !== 'Recreate' || rollingUpdate === undefined || rollingUpdate === null) {
      return undefined
    }
    return {
      field: 'spec.strategy.rollingUpdate',
      message: '`rollingUpdate` is set beside `type: Recreate`',
      remedy: 'Remove it; when changing a live Deployment, write `rollingUpdate: null` once',
    }
  }),
}

/** Fields with a number of pods or a percentage of them, by kind. */
const POD_AMOUNTS: Readonly<Record<string, PodAmounts>> = {
  'apps/Deployment': {
    path: ['strategy', 'rollingUpdate'],
    names: ['maxSurge', 'maxUnavailable'],
    upTo100: ['maxUnavailable'],
  },
  'apps/DaemonSet': {
    path: ['updateStrategy', 'rollingUpdate'],
    names: ['maxSurge', 'maxUnavailable'],
    upTo100: ['maxSurge', 'maxUnavailable'],
  },
  'policy/PodDisruptionBudget': {
    path: [],
    names: ['minAvailable', 'maxUnavailable'],
    upTo100: ['minAvailable', 'maxUnavailable'],
  },
}

interface PodAmounts {
  /** Below `spec`. */
  readonly path: readonly string[]
  readonly names: readonly string[]
  /** Those that may be no more than all pods. */
  readonly upTo100: readonly string[]
}

const intOrPercent: Rule = {
  id: 'rollout/int-or-percent',
  severity: 'error',
  title: 'Numbers of pods are whole numbers or percentages',
  why: 'The API server refuses anything else, and more than 100 % of what can be missed or kept.',
  check: forEachOfKind(Object.keys(POD_AMOUNTS), ({ apiVersion, kind, spec }) => {
    const amounts = POD_AMOUNTS[`${groupOf(apiVersion)}/${kind}`]
    return amounts?.names.flatMap((name): readonly Problem[] => {
      const value = at(spec, ...amounts.path, name)
      const isAbove =
        typeof value === 'string' &&
        amounts.upTo100.includes(name) &&
        Number.parseInt(value, 10) > 100
      if (value === undefined || (isIntOrPercent(value) && !isAbove)) return []
      return [
        {
          field: ['spec', ...amounts.path, name].join('.'),
          message: `${JSON.stringify(value)} is neither a number of pods nor a percentage of them`,
          remedy: "Write a whole number, or a percentage like '25%' in quotes",
        },
      ]
    })
  }),
}

const isNothing = (value: unknown): boolean => value === 0 || value === '0%'

const cannotMove: Rule = {
  id: 'rollout/cannot-move',
  severity: 'error',
  title: 'A rolling update may add a pod or miss one',
  why: 'The API server refuses `maxSurge: 0` with `maxUnavailable: 0`: the update could not begin.',
  check: forEachOfKind(['apps/Deployment', 'apps/DaemonSet'], ({ kind, spec }) => {
    const isDaemonSet = kind === 'DaemonSet'
    const field = isDaemonSet ? 'updateStrategy' : 'strategy'
    const { maxSurge, maxUnavailable } = fields(at(spec, field, 'rollingUpdate'))
    // A DaemonSet adds none unless told to.
    const addsNone = isNothing(maxSurge) || (isDaemonSet && maxSurge === undefined)
    if (!addsNone || !isNothing(maxUnavailable)) return undefined
    return {
      field: `spec.${field}.rollingUpdate`,
      message: 'Both `maxSurge` and `maxUnavailable` are 0',
      remedy: isDaemonSet
        ? 'Write `maxSurge: 1` to keep all pods, or `maxUnavailable: 1` to use no more room'
        : 'Write `maxSurge: 25%` to keep all pods, or `maxUnavailable: 1` to use no more room',
    }
  }),
}

const progressDeadline: Rule = {
  id: 'rollout/progress-deadline',
  severity: 'error',
  title: 'The progress deadline is longer than the time that a pod must be ready',
  why: 'The API server refuses a deadline that no pod could meet.',
  check: forEachOfKind('apps/Deployment', ({ spec }) => {
    const minReady = number(at(spec, 'minReadySeconds')) ?? 0
    const deadline = number(at(spec, 'progressDeadlineSeconds')) ?? 600
    if (deadline > minReady) return undefined
    return {
      field: 'spec.progressDeadlineSeconds',
      message: `\`progressDeadlineSeconds: ${deadline}\` is not above \`minReadySeconds: ${minReady}\``,
      remedy: 'Raise the deadline: start-up + minReadySeconds + two minutes, at least 600',
    }
  }),
}

const noHistory: Rule = {
  id: 'rollout/no-history',
  severity: 'warning',
  title: 'A workload keeps its last revisions',
  why: 'Without an old ReplicaSet a rollback starts from nothing: all pods must be made again before the first serves.',
  check: forEachOfKind(['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet'], ({ spec }) =>
    at(spec, 'revisionHistoryLimit') === 0
      ? {
          field: 'spec.revisionHistoryLimit',
          message: '`revisionHistoryLimit: 0` keeps no revision',
          remedy: 'Write 5, or remove the field to keep 10',
        }
      : undefined,
  ),
}

const minReady: Rule = {
  id: 'rollout/min-ready',
  severity: 'advice',
  title: 'A pod is watched for a while before the next one is replaced',
  why: 'With 0 seconds a pod that is ready once and then crashes counts as available, and the update goes on until all pods are broken.',
  check: forEachWorkload((workload, objects) => {
    if (workload.kind !== 'Deployment' && workload.kind !== 'StatefulSet') return undefined
    if ((number(at(workload.object, 'spec', 'minReadySeconds')) ?? 0) > 0) return undefined
    if (objects.servicesOf(workload).length === 0) return undefined
    return {
      field: 'spec.minReadySeconds',
      message: 'A pod counts as available the moment that it is ready',
      remedy: 'Write `minReadySeconds: 10`',
    }
  }),
}

const noPodLeft: Rule = {
  id: 'rollout/no-pod-left',
  severity: 'warning',
  title: 'An update of several pods leaves at least one of them running',
  why: 'Every release is an outage, although there are pods enough to avoid it.',
  peers: ['kube-score/deployment-strategy', 'kube-linter/no-rolling-update-strategy'],
  check: forEachWorkload((workload, objects) => {
    const range = replicaRangeOf(workload, objects)
    if (range === undefined || range.min < 2) return undefined
    const bounds = updateBoundsOf(workload, range.min)
    if (bounds === undefined || bounds.type === 'OnDelete') return undefined
    if (bounds.type === 'RollingUpdate' && bounds.unavailable < range.min) return undefined
    return {
      field: bounds.type === 'Recreate' ? 'spec.strategy.type' : 'spec.strategy.rollingUpdate',
      message: `An update stops all ${range.min} pods before new ones are ready`,
      remedy: 'Write `type: RollingUpdate` with `maxSurge: 25%` and `maxUnavailable: 0`',
    }
  }),
}

const paused: Rule = {
  id: 'rollout/paused',
  severity: 'warning',
  title: 'No Deployment is paused in its manifest',
  why: 'New revisions are stored and never rolled out, and the progress deadline is suspended, so nothing says so.',
  check: forEachOfKind('apps/Deployment', ({ spec }) =>
    at(spec, 'paused') === true
      ? {
          field: 'spec.paused',
          message: 'The Deployment is paused',
          remedy: 'Remove the field',
        }
      : undefined,
  ),
}

export const rolloutRules: readonly Rule[] = [
  recreateWithRollingUpdate,
  intOrPercent,
  cannotMove,
  progressDeadline,
  noHistory,
  minReady,
  noPodLeft,
  paused,
]
