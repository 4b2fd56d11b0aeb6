import { at } from '../../manifests/fields.ts'
import { describeIdentity, identityOf } from '../../manifests/identity.ts'
import { isRecord } from '../../manifests/kubernetes-object.ts'
import { selects } from '../../manifests/label-selector.ts'
import { isEmptySelector } from '../empty-selector.ts'
import { forEachOfKind, forEachWorkload } from '../for-each.ts'
import type { Rule } from '../rule.ts'
import type { Workload } from '../workload.ts'

/** Kinds that find their pods by a selector that people write; Jobs get theirs from the cluster. */
const SELECTING: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
])

const selectorOf = ({ object }: Workload): unknown => at(object, 'spec', 'selector')

/** What is missing altogether is for the schema to report. */
const isMissing = (selector: unknown): boolean => !isRecord(selector) || isEmptySelector(selector)

const empty: Rule = {
  id: 'selector/empty',
  severity: 'error',
  title: "A workload's selector asks for something",
  why: 'The API server refuses an empty one: it would select every pod of the namespace.',
  check: forEachWorkload((workload) =>
    SELECTING.has(workload.kind) && isEmptySelector(selectorOf(workload))
      ? {
          field: 'spec.selector',
          message: `The selector of the ${workload.kind} is empty`,
          remedy: 'Select the labels of its own pods that never change',
        }
      : undefined,
  ),
}

const mismatch: Rule = {
  id: 'selector/mismatch',
  severity: 'error',
  title: "A workload's selector selects its own pods",
  why: 'The API server refuses the workload: it would make pods for ever and never find one.',
  peers: [
    'kube-score/deployment-pod-selector-labels-match-template-metadata-labels',
    'kube-score/statefulset-pod-selector-labels-match-template-metadata-labels',
    'kube-linter/mismatching-selector',
    'kubescape/C-0296',
  ],
  check: forEachWorkload((workload) => {
    const selector = selectorOf(workload)
    if (!SELECTING.has(workload.kind) || isMissing(selector)) return undefined
    if (selects(selector, workload.podLabels)) return undefined
    return {
      field: 'spec.selector',
      message: 'The selector does not select the labels of the pod template',
      remedy: 'Put every selected label on `spec.template.metadata.labels`',
    }
  }),
}

const overlap: Rule = {
  id: 'selector/overlap',
  severity: 'error',
  title: 'No workload selects the pods of another',
  why: 'Two controllers then count the same pods: they scale each other down, and an autoscaler or a budget of one sees the pods of both.',
  check: forEachWorkload((workload, objects) => {
    const selector = selectorOf(workload)
    if (!SELECTING.has(workload.kind) || isMissing(selector)) return undefined
    const others = objects.pods
      .selectedBy(workload.namespace, selector)
      .filter((other) => other.index !== workload.index && isAnother(other, workload))
    if (others.length === 0) return undefined
    const names = others.slice(0, 3).map(({ object }) => describeIdentity(identityOf(object)))
    return {
      field: 'spec.selector',
      message: `The selector also selects the pods of ${names.join(', ')}`,
      remedy:
        'Give each workload a label of its own, as `app.kubernetes.io/instance`, and select by it',
    }
  }),
}

/** The same object written twice is another rule's finding. */
const isAnother = (a: Workload, b: Workload): boolean => a.name !== b.name || a.kind !== b.kind

/** Labels that change with a release, so that a selector with them cannot live through one. */
const CHANGING = new Set([
  'app.kubernetes.io/version',
  'chart',
  'controller-revision-hash',
  'git-sha',
  'heritage',
  'helm.sh/chart',
  'pod-template-hash',
  'revision',
])

const versionLabel: Rule = {
  id: 'selector/version-label',
  severity: 'warning',
  title: 'No selector of a workload or Service asks for a label that changes with a release',
  why: "A workload's selector is immutable, so the next release cannot be applied. A Service drops all old pods the moment that it changes.",
  check: forEachOfKind(
    ['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', '/Service'],
    ({ kind, spec }) => {
      const field = kind === 'Service' ? 'spec.selector' : 'spec.selector.matchLabels'
      const labels = at({ spec }, ...field.split('.'))
      if (!isRecord(labels)) return undefined
      return Object.keys(labels)
        .filter((key) => CHANGING.has(key))
        .map((key) => ({
          field: `${field}["${key}"]`,
          message: `The selector asks for \`${key}\`, which changes with a release`,
          remedy: 'Select by labels that name the app and its instance only',
        }))
    },
  ),
}

export const selectorRules: readonly Rule[] = [empty, mismatch, overlap, versionLabel]
