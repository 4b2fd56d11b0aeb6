import type { KubernetesObject } from '../../../../manifests/kubernetes-object.ts'
import { metadata, selector } from './common.ts'

const policyRule = { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] }

export const access: readonly KubernetesObject[] = [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata,
    automountServiceAccountToken: false,
    imagePullSecrets: [{ name: 'registry' }],
  },
  { apiVersion: 'v1', kind: 'Namespace', metadata, spec: { finalizers: ['kubernetes'] } },
  {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata,
    spec: {
      hard: { 'requests.cpu': '10', pods: '20' },
      scopeSelector: {
        matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }],
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata,
    spec: {
      limits: [
        { type: 'Container', default: { memory: '256Mi' }, defaultRequest: { memory: '128Mi' } },
      ],
    },
  },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: [policyRule] },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata,
    rules: [policyRule, { nonResourceURLs: ['/healthz'], verbs: ['get'] }],
    aggregationRule: { clusterRoleSelectors: [selector] },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' },
    subjects: [
      { kind: 'ServiceAccount', name: 'web', namespace: 'default' },
      { kind: 'Group', name: 'platform-team', apiGroup: 'rbac.authorization.k8s.io' },
    ],
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata,
    value: 1000,
    globalDefault: false,
    preemptionPolicy: 'Never',
    description: 'for the web',
  },
  {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata,
    spec: {
      holderIdentity: 'web-0',
      leaseDurationSeconds: 15,
      renewTime: '2026-01-31T12:00:00.000000Z',
      leaseTransitions: 1,
    },
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata,
    spec: {
      matchingPrecedence: 150,
      priorityLevelConfiguration: { name: 'leader-election' },
      distinguisherMethod: { type: 'ByUser' },
      rules: [
        {
          subjects: [
            { kind: 'ServiceAccount', serviceAccount: { name: 'web', namespace: 'default' } },
          ],
          resourceRules: [
            {
              verbs: ['get'],
              apiGroups: ['coordination.k8s.io'],
              resources: ['leases'],
              namespaces: ['default'],
            },
          ],
        },
      ],
    },
  },
]
