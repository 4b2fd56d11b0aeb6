import { groupOf } from '../../manifests/identity.ts'
import { isClusterScoped } from '../../manifests/scope.ts'
import { forEachObject, forEachOfKind } from '../for-each.ts'
import type { Rule } from '../rule.ts'

const inDefault: Rule = {
  id: 'namespace/default',
  severity: 'warning',
  title: 'Nothing lives in the namespace `default`',
  why: 'Everybody who forgets a namespace lands there, so quotas, network policies and rights of `default` fit nobody.',
  peers: ['checkov/CKV_K8S_21', 'kube-linter/use-namespace', 'kubescape/C-0061'],
  check: forEachObject(({ metadata }) =>
    metadata.namespace === 'default'
      ? {
          field: 'metadata.namespace',
          message: 'The object is in the namespace `default`',
          remedy: 'Give the app a namespace of its own',
        }
      : undefined,
  ),
}

/** Built-in groups, whose scope is known; a custom kind may live outside of namespaces. */
const isBuiltIn = (group: string): boolean =>
  group === '' || !group.includes('.') || group.endsWith('.k8s.io')

const missing: Rule = {
  id: 'namespace/missing',
  severity: 'advice',
  title: 'An object says which namespace it is in',
  why: 'Otherwise it lands wherever whoever applies it happens to be, and the same manifests make other objects on another machine.',
  peers: ['checkov/CKV_K8S_21', 'kube-linter/use-namespace'],
  check: forEachObject(({ apiVersion, kind, metadata }) => {
    const group = groupOf(apiVersion)
    if (
      typeof metadata.namespace === 'string' ||
      isClusterScoped(group, kind) ||
      !isBuiltIn(group)
    ) {
      return undefined
    }
    return {
      field: 'metadata.namespace',
      message: 'The object names no namespace',
      remedy: 'Write `metadata.namespace`',
    }
  }),
}

const ENFORCE = 'pod-security.kubernetes.io/enforce'

const podSecurity: Rule = {
  id: 'namespace/pod-security',
  severity: 'advice',
  title: 'A Namespace says which pods it admits',
  why: 'Without the label a cluster admits whatever its default is, usually everything, so a later manifest may run privileged without anyone noticing.',
  check: forEachOfKind('/Namespace', ({ metadata }) =>
    metadata.labels?.[ENFORCE] === undefined
      ? {
          field: `metadata.labels["${ENFORCE}"]`,
          message: 'The Namespace does not enforce a Pod Security level',
          remedy: `Add the label \`${ENFORCE}: restricted\``,
        }
      : undefined,
  ),
}

export const namespaceRules: readonly Rule[] = [inDefault, missing, podSecurity]
