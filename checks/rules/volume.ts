import { at, items, text } from '../../manifests/fields.ts'
import { forEachWorkload } from '../for-each.ts'
import { replicaRangeOf } from '../replica-range.ts'
import type { Rule } from '../rule.ts'
import { updateBoundsOf } from '../update-strategy.ts'

/** Ways to mount a claim from one node, or one pod, at a time. */
const EXCLUSIVE: ReadonlySet<unknown> = new Set(['ReadWriteOnce', 'ReadWriteOncePod'])

const rwoRolling: Rule = {
  id: 'volume/rwo-rolling',
  severity: 'warning',
  title: 'A volume that one node can mount belongs to one pod at a time',
  why: 'The new pod of an update, or the second replica, lands on another node and waits for the volume, which the old pod keeps until the new one is ready: neither moves.',
  check: forEachWorkload((workload, objects) => {
    if (workload.kind !== 'Deployment') return undefined
    const max = replicaRangeOf(workload, objects)?.max ?? 1
    const bounds = updateBoundsOf(workload, max)
    const isOneAtATime =
      bounds?.type === 'Recreate' || (bounds?.type === 'RollingUpdate' && bounds.surge === 0)
    if (max === 1 && isOneAtATime) return undefined
    return items(workload.podSpec.volumes).flatMap((volume, index) => {
      const name = text(at(volume, 'persistentVolumeClaim', 'claimName'))
      if (name === undefined) return []
      const claim = objects.find('', 'PersistentVolumeClaim', workload.namespace, name)
      const modes = items(at(claim?.object, 'spec', 'accessModes'))
      if (modes.length === 0 || !modes.every((mode) => EXCLUSIVE.has(mode))) return []
      return {
        field: `${workload.podField}.volumes[${index}]`,
        message: `The claim '${name}' is ${modes.join(', ')}, and two pods want it${max === 1 ? ' during an update' : ''}`,
        remedy: 'Use a StatefulSet, or one replica with `strategy.type: Recreate`',
      }
    })
  }),
}

const SAFE_VOLUMES = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes'
const SAFE = 'cluster-autoscaler.kubernetes.io/safe-to-evict'
const DISRUPT = 'karpenter.sh/do-not-disrupt'

const blocksScaleDown: Rule = {
  id: 'ca/blocks-scale-down',
  severity: 'advice',
  title: 'Nodes may be emptied of the pods when they are not needed',
  why: 'Cluster Autoscaler keeps every node with a pod that says no, or that has local files, an emptyDir included, unless the pod says that they may be lost.',
  check: forEachWorkload(({ isLongRunning, podAnnotations, podSpec, podField }) => {
    if (!isLongRunning) return undefined
    const annotations = `${podField.replace(/spec$/, 'metadata')}.annotations`
    const refusal = podAnnotations[SAFE] === 'false' ? SAFE : DISRUPT
    if (podAnnotations[SAFE] === 'false' || podAnnotations[DISRUPT] === 'true') {
      return {
        field: `${annotations}["${refusal}"]`,
        message: 'The pod pins its node for ever',
        remedy: 'Remove the annotation; use a PodDisruptionBudget to limit how many go at once',
      }
    }
    const safe = String(podAnnotations[SAFE_VOLUMES] ?? '').split(',')
    const local = items(podSpec.volumes)
      .filter((volume) => at(volume, 'emptyDir') !== undefined)
      .filter((volume) => at(volume, 'emptyDir', 'medium') !== 'Memory')
      .map((volume) => String(at(volume, 'name')))
      .filter((name) => !safe.includes(name))
    if (podAnnotations[SAFE] === 'true' || local.length === 0) return undefined
    return {
      field: `${annotations}["${SAFE_VOLUMES}"]`,
      message: `Local files keep the node: ${local.join(', ')}`,
      remedy: `Write \`${SAFE_VOLUMES}: ${[...safe.filter(Boolean), ...local].join(',')}\``,
    }
  }),
}

export const volumeRules: readonly Rule[] = [rwoRolling, blocksScaleDown]
