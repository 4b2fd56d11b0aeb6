import { at, items, text } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { objectName } from './object-name.ts'
import { type SeenSync, saidBy } from './seen-sync.ts'
import { shortCommit } from './short-commit.ts'
import { isSkipped, SKIP_RECONCILE_ANNOTATION } from './skipped-application.ts'
import { suspendedFor } from './suspended-for.ts'

/** An Application of Argo CD, by its status and its last operation. */
export function observeApplication(application: KubernetesObject): SeenSync {
  const { status } = application
  const isSynced = at(status, 'sync', 'status') === 'Synced'
  const operation = at(status, 'operationState')
  const phase = text(at(operation, 'phase'))
  const commit = isSynced
    ? commitAt(status, 'sync', 'revision')
    : phase === 'Succeeded'
      ? commitAt(operation, 'syncResult', 'revision')
      : undefined
  const message = text(at(operation, 'message'))
  return {
    name: objectName(application),
    problems: problemsOf(application, isSynced),
    ...(commit !== undefined && { commit }),
    ...(phase === 'Running' && message !== undefined && { progress: message }),
    ...(isSkipped(application) && { suspendedFor: suspendedFor(application) }),
  }
}

function problemsOf(application: KubernetesObject, isSynced: boolean): readonly string[] {
  const { spec, status } = application
  const name = objectName(application)
  if (isSkipped(application)) return [`${name} is suspended, by ${SKIP_RECONCILE_ANNOTATION}`]
  const automated = at(spec, 'syncPolicy', 'automated')
  const isByHand = automated === undefined || at(automated, 'enabled') === false
  return [
    ...(isByHand && !isSynced ? [`${name} is synced by hand, and has not been`] : []),
    ...items(at(status, 'conditions'))
      .filter((condition) => text(at(condition, 'type'))?.endsWith('Error'))
      .map((condition) => {
        const type = text(at(condition, 'type'))
        return `${name} has ${type}${saidBy(at(condition, 'message'))}`
      }),
    ...(isSynced ? [] : failedOperation(name, at(status, 'operationState'))),
  ]
}

/** An operation that is tried again and again never ends: it says of the last try why that failed. */
function failedOperation(name: string, operation: unknown): readonly string[] {
  const phase = text(at(operation, 'phase')) ?? ''
  const isTriedAgain = phase === 'Running' && Number(at(operation, 'retryCount') ?? 0) > 0
  if (!['Failed', 'Error'].includes(phase) && !isTriedAgain) return []
  const commit =
    commitAt(operation, 'syncResult', 'revision') ??
    commitAt(operation, 'operation', 'sync', 'revision')
  const what = commit === undefined ? 'what it got' : `commit ${shortCommit(commit)}`
  return [`${name} cannot apply ${what}${saidBy(at(operation, 'message'))}`]
}

/** Of Git. Charts have versions. */
function commitAt(value: unknown, ...path: readonly string[]): string | undefined {
  const revision = text(at(value, ...path)) ?? ''
  return /^[0-9a-f]{40,64}$/.test(revision) ? revision : undefined
}
