import { identityOf } from '../manifests/identity.ts'
import { IMMUTABLE_FIELDS } from './immutable-fields.ts'
import type { ObjectTransition } from './object-transition.ts'
import type { Stop } from './stop.ts'

/** Fields that this change alters and that the API server does not let change; empty if none. */
export function immutableChanges({ before, after }: ObjectTransition): readonly string[] {
  if (before === undefined || after === undefined) return []
  const { group, kind } = identityOf(after.object)
  return IMMUTABLE_FIELDS[`${group}/${kind}`]?.(before.object, after.object) ?? []
}

/**
 * Changes that the API server would refuse, and with them, since a sync applies all or nothing,
 * every other change of the same sync.
 */
export function immutabilityStops(transitions: readonly ObjectTransition[]): readonly Stop[] {
  return transitions.flatMap((transition): Stop[] => {
    const fields = immutableChanges(transition)
    const { object, after } = transition
    if (fields.length === 0 || after === undefined) return []
    return [
      {
        kind: 'immutable-field',
        object,
        message: `${object} cannot change its ${fields.join(', ')}: the API server refuses it`,
        remedy: `${remedyFor(after.object.kind, fields)}. ${wayToReplace(after.object.kind, object, fields)}`,
        files: [after.path],
      },
    ]
  })
}

function remedyFor(kind: string, fields: readonly string[]): string {
  if (fields.every((field) => field.endsWith('.rollingUpdate'))) {
    return 'First publish with `rollingUpdate` written out as it is by default, then with the other strategy: settings that nobody has written stay behind, and are refused beside it'
  }
  return REMEDIES[kind] ?? 'Keep the fields as they are, or give the object a new name'
}

/** The sync makes anew what is gone; of a StatefulSet the pods need not go with it. */
function wayToReplace(kind: string, object: string, fields: readonly string[]): string {
  const publish = `publish with --allow-destroy '${object}'`
  if (kind !== 'StatefulSet') {
    return `If the object may be deleted and made anew: ${publish}, then delete it in the cluster`
  }
  const replace = `To replace it under its running pods: ${publish}, then \`kubectl delete statefulset NAME --cascade=orphan\``
  return fields.some((field) => field.startsWith('spec.volumeClaimTemplates'))
    ? `${replace}. Its claims stay as they are: to grow one, see "A larger volume" in docs/singleton.md`
    : replace
}

/** By kind: how people get where they want to go without an outage. */
const REMEDIES: Readonly<Record<string, string>> = {
  Deployment:
    'Keep the selector with `adopt: { name, selector }`, or give the app a new name, move the traffic, and remove the old one',
  DaemonSet:
    'Keep the selector, or give it a new name and remove the old one when the new one runs',
  StatefulSet: 'Keep the fields, or give the object a new name',
  PersistentVolumeClaim:
    'Make a claim with a new name, copy the data, and point the workload at it; a claim can only grow',
  PersistentVolume: 'Make a volume with a new name',
  Service: 'Give the Service a new name and point its callers at it before the old one goes',
  Job: 'Give the Job a new name: one Job is one run',
  ConfigMap: 'Give it a new name, as `files` does with a hash of the content',
  Secret: 'Give it a new name and point the workload at it',
  RoleBinding: 'Give the binding a new name; both may exist at once',
  ClusterRoleBinding: 'Give the binding a new name; both may exist at once',
  StorageClass: 'Make a class with a new name; volumes keep the one that they were made with',
  CustomResourceDefinition: 'Define a new kind and migrate its objects',
}
