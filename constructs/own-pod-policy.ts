import type { Construct } from 'constructs'
import type {
  IValidatingAdmissionPolicy,
  IValidatingAdmissionPolicyBinding,
} from 'kubernetes-models/admissionregistration.k8s.io/v1'
import type { IIoK8sApiAdmissionregistrationV1NamedRuleWithOperations } from 'kubernetes-models/admissionregistration.k8s.io/v1/NamedRuleWithOperations'
import type { IIoK8sApiAdmissionregistrationV1Variable } from 'kubernetes-models/admissionregistration.k8s.io/v1/Variable'
import { LEADER_LABEL } from '../leases/names.ts'
import {
  emitAdmissionPolicy,
  inNamespaceOf,
  type PolicyContext,
  requireAdmissionPolicies,
  type Validation,
} from './admission-policy.ts'
import type { EmittedObject } from './emitted-object.ts'
import type { Written } from './written.ts'

/** What an elector may do to its own pod: set the leader's label, or evict it. */
export type OwnPodRight = 'label' | 'evict'

export interface OwnPodPolicyProps {
  readonly serviceAccount: string
  readonly right: OwnPodRight
}

export interface OwnPodPolicy {
  readonly admissionPolicy: EmittedObject<IValidatingAdmissionPolicy>
  readonly admissionPolicyBinding: EmittedObject<IValidatingAdmissionPolicyBinding>
}

/**
 * Holds a ServiceAccount to the pod that its token was made for. RBAC cannot, so without it every
 * elector could label or evict every pod of the namespace. Whoever it is not about is asked one
 * comparison of names, and only in this namespace.
 */
export function emitOwnPodPolicy(
  scope: Construct,
  context: PolicyContext,
  { serviceAccount, right }: OwnPodPolicyProps,
): OwnPodPolicy {
  requireAdmissionPolicies(context, {
    option: 'guarantee.work',
    instead: "Use `work: 'cooperative'`",
  })
  const { rule, variables, validations } = RIGHTS[right]
  const { policy, binding } = emitAdmissionPolicy(scope, context, {
    topic: 'elector',
    spec: {
      matchConstraints: {
        namespaceSelector: inNamespaceOf(context),
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], scope: 'Namespaced', ...rule }],
      },
      matchConditions: [
        {
          name: 'is-the-elector',
          expression: `request.userInfo.username == 'system:serviceaccount:${context.namespace}:${serviceAccount}'`,
        },
      ],
      variables,
      validations: [OWN_POD, ...validations],
    },
  })
  return { admissionPolicy: policy, admissionPolicyBinding: binding }
}

const POD_NAME = 'authentication.kubernetes.io/pod-name'

/** The API server writes the pod of a bound token into the user's extra attributes. */
const OWN_POD: Validation = {
  expression: `'${POD_NAME}' in request.userInfo.extra && request.userInfo.extra['${POD_NAME}'] == [request.name]`,
  message: 'An elector may act on the pod that it runs in, and on no other',
  reason: 'Forbidden',
}

interface RightPolicy {
  readonly rule: Written<
    Pick<IIoK8sApiAdmissionregistrationV1NamedRuleWithOperations, 'operations' | 'resources'>
  >
  readonly variables?: Written<IIoK8sApiAdmissionregistrationV1Variable>[]
  readonly validations: readonly Validation[]
}

/** Everything that a patch of `pods` could change, but for what the API server itself writes. */
const UNCHANGED = ['annotations', 'finalizers', 'ownerReferences'] as const

const RIGHTS: Readonly<Record<OwnPodRight, RightPolicy>> = {
  evict: {
    rule: { operations: ['CREATE'], resources: ['pods/eviction'] },
    validations: [],
  },
  label: {
    rule: { operations: ['UPDATE'], resources: ['pods'] },
    variables: [
      { name: 'labels', expression: 'object.metadata.?labels.orValue({})' },
      { name: 'oldLabels', expression: 'oldObject.metadata.?labels.orValue({})' },
    ],
    validations: [
      {
        expression: [
          'object.spec == oldObject.spec',
          ...UNCHANGED.map((field) => `object.metadata.?${field} == oldObject.metadata.?${field}`),
          sameBut('variables.labels', 'variables.oldLabels'),
          sameBut('variables.oldLabels', 'variables.labels'),
        ].join(' && '),
        message: `An elector may change the label ${LEADER_LABEL} of its pod, and nothing else`,
        reason: 'Forbidden',
      },
      {
        expression: `variables.labels[?'${LEADER_LABEL}'].orValue('true') == 'true'`,
        message: `The label ${LEADER_LABEL} is 'true' or absent`,
        reason: 'Invalid',
      },
    ],
  },
}

/** Every label of `these` is in `those` with the same value, the leader's aside. */
function sameBut(these: string, those: string): string {
  return `${these}.all(key, key == '${LEADER_LABEL}' || ${those}[?key] == optional.of(${these}[key]))`
}
