import { at, items, text } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { objectName } from './object-name.ts'
import { type SeenSync, saidBy } from './seen-sync.ts'
import { shortCommit } from './short-commit.ts'
import { suspendedFor } from './suspended-for.ts'

/** A Kustomization of Flux, by its conditions. */
export function observeKustomization(kustomization: KubernetesObject): SeenSync {
  const progress = progressOf(kustomization)
  const commit = appliedCommit(kustomization, progress)
  return {
    name: objectName(kustomization),
    problems: problemsOf(kustomization),
    ...(commit !== undefined && { commit }),
    ...(progress !== undefined && { progress }),
    ...(isSuspended(kustomization) && { suspendedFor: suspendedFor(kustomization) }),
  }
}

const isSuspended = ({ spec }: KubernetesObject): boolean => at(spec, 'suspend') === true

function problemsOf(kustomization: KubernetesObject): readonly string[] {
  const name = objectName(kustomization)
  // Its conditions are those of before then.
  if (isSuspended(kustomization)) return [`${name} is suspended`]
  const stalled = conditionOf(kustomization, 'Stalled')
  if (at(stalled, 'status') === 'True') {
    return [`${name} is stalled, and is not tried again${saidBy(at(stalled, 'message'))}`]
  }
  const ready = conditionOf(kustomization, 'Ready')
  if (at(ready, 'status') !== 'False') return []
  return [`${name} ${failureOf(kustomization, ready)}${saidBy(at(ready, 'message'))}`]
}

/** With one of these nothing of the commit was applied, and nothing of any other app in it either. */
const NOT_APPLIED = ['BuildFailed', 'ReconciliationFailed']

function failureOf(kustomization: KubernetesObject, ready: unknown): string {
  const reason = text(at(ready, 'reason')) ?? ''
  if (reason === 'ArtifactFailed') return 'does not get what it should apply'
  const commit = commitIn(kustomization, 'lastAttemptedRevision')
  const what = commit === undefined ? 'what it got' : `commit ${shortCommit(commit)}`
  return NOT_APPLIED.includes(reason) ? `cannot apply ${what}` : `has ${reason} at ${what}`
}

function progressOf(kustomization: KubernetesObject): string | undefined {
  const reconciling = conditionOf(kustomization, 'Reconciling')
  return at(reconciling, 'status') === 'True' ? text(at(reconciling, 'message')) : undefined
}

/** With `wait` it says that a commit is applied only once all in it is ready. */
function appliedCommit(
  kustomization: KubernetesObject,
  progress: string | undefined,
): string | undefined {
  const ready = conditionOf(kustomization, 'Ready')
  const isApplied =
    progress?.startsWith('Running health checks') || at(ready, 'reason') === 'HealthCheckFailed'
  return commitIn(kustomization, isApplied ? 'lastAttemptedRevision' : 'lastAppliedRevision')
}

/** `deploy@sha1:1f0c…`. What comes from elsewhere than Git has revisions that are no commits. */
function commitIn({ spec, status }: KubernetesObject, field: string): string | undefined {
  if (at(spec, 'sourceRef', 'kind') !== 'GitRepository') return undefined
  return /[@/](?:sha1:|sha256:)?([0-9a-f]{40,64})$/.exec(text(at(status, field)) ?? '')?.[1]
}

const conditionOf = ({ status }: KubernetesObject, type: string): unknown =>
  items(at(status, 'conditions')).find((condition) => at(condition, 'type') === type)
