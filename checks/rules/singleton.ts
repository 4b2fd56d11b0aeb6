import { at } from '../../manifests/fields.ts'
import { forEachWorkload } from '../for-each.ts'
import type { Indexed } from '../indexed.ts'
import type { ObjectSet } from '../object-set.ts'
import { replicaRangeOf } from '../replica-range.ts'
import type { Rule } from '../rule.ts'
import { updateBoundsOf } from '../update-strategy.ts'
import { namespaceOf, type Workload } from '../workload.ts'
import { isController } from '../writing-accounts.ts'

const isAlone = (workload: Workload, objects: ObjectSet): boolean => {
  const range = replicaRangeOf(workload, objects)
  return range !== undefined && range.min === 1 && range.max === 1
}

/** A Deployment of one pod that runs two while it is updated. */
const isAloneAndRolling = (workload: Workload, objects: ObjectSet): boolean => {
  if (workload.kind !== 'Deployment' || !isAlone(workload, objects)) return false
  const bounds = updateBoundsOf(workload, 1)
  return bounds?.type === 'RollingUpdate' && bounds.surge > 0
}

const spof: Rule = {
  id: 'ha/spof',
  severity: 'warning',
  title: 'What others call runs in more than one pod',
  why: 'One pod is one node: when that node is drained or dies, everybody who calls the Service fails until the pod runs elsewhere, about six minutes after a node dies.',
  peers: [
    'kube-score/deployment-replicas',
    'polaris/deploymentMissingReplicas',
    'datree/DEPLOYMENT_INCORRECT_REPLICAS_VALUE',
  ],
  check: forEachWorkload((workload, objects) => {
    if (!isAloneAndRolling(workload, objects)) return undefined
    const services = objects.servicesOf(workload)
    if (services.length === 0 || services.some((service) => hasOthers(service, objects)))
      return undefined
    return {
      field: 'spec.replicas',
      message: 'A Service sends its traffic to a single pod',
      remedy:
        'Run two or more; if it must be one, say so with `strategy.type: Recreate` or a StatefulSet',
    }
  }),
}

/** Whether a Service also selects pods of another workload, as of both tracks of a canaried app. */
const hasOthers = ({ object }: Indexed, objects: ObjectSet): boolean =>
  objects.pods.selectedByMap(namespaceOf(object), at(object, 'spec', 'selector')).length > 1

const deploymentRolling: Rule = {
  id: 'singleton/deployment-rolling',
  severity: 'advice',
  title: 'A Deployment of one pod runs one pod while it is updated',
  why: 'A rolling update of one pod rounds up to one pod too many, so two run side by side at every release. If that is harmless, so would two replicas be.',
  check: forEachWorkload((workload, objects) => {
    if (!isAloneAndRolling(workload, objects) || isController(workload, objects)) return undefined
    if (objects.servicesOf(workload).length > 0) return undefined
    return {
      field: 'spec.strategy',
      message: 'Two pods run during every update',
      remedy: 'Write `strategy.type: Recreate` if there must be one, or `replicas: 2` if not',
    }
  }),
}

const notAtMostOne: Rule = {
  id: 'singleton/not-at-most-one',
  severity: 'advice',
  title: 'Who runs a single pod knows that there may be two',
  why: '`Recreate` holds for updates only: a pod that is evicted, or whose node is cut off, is replaced while the old one may still run. What must never run twice needs a StatefulSet, or a lock with fencing.',
  check: forEachWorkload((workload, objects) => {
    if (workload.kind !== 'Deployment' || !isAlone(workload, objects)) return undefined
    if (updateBoundsOf(workload, 1)?.type !== 'Recreate') return undefined
    return {
      field: 'spec.replicas',
      message: 'Usually one pod runs, and for a moment two when a node is cut off',
      remedy: 'Nothing, if that is acceptable; otherwise use a StatefulSet or a lock with fencing',
    }
  }),
}

const manualRecovery: Rule = {
  id: 'singleton/manual-recovery',
  severity: 'advice',
  title: 'Who runs a StatefulSet of one pod knows what happens when its node dies',
  why: 'Kubernetes does not replace the pod while it cannot know that the old one has stopped. It stays down until the node returns, is deleted, or gets the taint `node.kubernetes.io/out-of-service`.',
  check: forEachWorkload((workload, objects) => {
    if (workload.kind !== 'StatefulSet' || !isAlone(workload, objects)) return undefined
    return {
      field: 'spec.replicas',
      message: 'After the loss of its node the pod waits for a person',
      remedy: 'Write down who acts; or use leader election, which recovers by itself',
    }
  }),
}

const oneReplicaRolling: Rule = {
  id: 'controller/one-replica-rolling',
  severity: 'warning',
  title: 'A controller runs once at a time',
  why: 'Two of them act on the same objects during every update of a one-replica Deployment: each undoes, or does again, what the other did.',
  check: forEachWorkload((workload, objects) => {
    if (!isAloneAndRolling(workload, objects) || !isController(workload, objects)) return undefined
    return {
      field: 'spec.strategy',
      message: 'Two controllers with rights to write run during every update',
      remedy: 'Write `strategy.type: Recreate`, or run two replicas that elect a leader by a Lease',
    }
  }),
}

export const singletonRules: readonly Rule[] = [
  spof,
  deploymentRolling,
  notAtMostOne,
  manualRecovery,
  oneReplicaRolling,
]
