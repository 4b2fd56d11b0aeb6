import type { KubernetesObject } from '../../../../manifests/kubernetes-object.ts'
import { metadata, selector } from './common.ts'

const webhook = {
  name: 'web.example.com',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  timeoutSeconds: 5,
  clientConfig: {
    service: { name: 'web', namespace: 'default', path: '/validate', port: 443 },
    caBundle: '',
  },
  namespaceSelector: selector,
  rules: [
    {
      operations: ['CREATE', 'UPDATE'],
      apiGroups: ['apps'],
      apiVersions: ['v1'],
      resources: ['deployments'],
      scope: 'Namespaced',
    },
  ],
}

export const admission: readonly KubernetesObject[] = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConstraints: {
        matchPolicy: 'Equivalent',
        resourceRules: [
          {
            apiGroups: ['apps'],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['deployments'],
          },
        ],
      },
      matchConditions: [{ name: 'named', expression: "object.metadata.name != ''" }],
      variables: [{ name: 'spec', expression: 'object.spec' }],
      validations: [
        { expression: 'variables.spec.replicas > 1', message: 'more', reason: 'Invalid' },
      ],
      auditAnnotations: [{ key: 'seen', valueExpression: "'yes'" }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata,
    spec: {
      policyName: 'web',
      validationActions: ['Deny'],
      paramRef: { name: 'web', namespace: 'default', parameterNotFoundAction: 'Deny' },
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata,
    webhooks: [webhook],
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata,
    webhooks: [{ ...webhook, reinvocationPolicy: 'Never' }],
  },
]
