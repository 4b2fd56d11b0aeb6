import type { Construct } from 'constructs'
import type {
  IValidatingAdmissionPolicy,
  IValidatingAdmissionPolicyBinding,
} from 'kubernetes-models/admissionregistration.k8s.io/v1'
import type { IIoK8sApiAdmissionregistrationV1ParamRef } from 'kubernetes-models/admissionregistration.k8s.io/v1/ParamRef'
import type { IIoK8sApiAdmissionregistrationV1ValidatingAdmissionPolicySpec } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicySpec'
import type { IIoK8sApiAdmissionregistrationV1Validation } from 'kubernetes-models/admissionregistration.k8s.io/v1/Validation'
import { EmittedObject } from './emitted-object.ts'
import { supports } from './kubernetes-version.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

/** A policy that the API server itself enforces, and what puts it in force. */
export interface AdmissionPolicy {
  /** Says what is refused. An error in it refuses, too (`failurePolicy: Fail`). */
  readonly policy: EmittedObject<IValidatingAdmissionPolicy>
  /** Without it the policy refuses nothing. */
  readonly binding: EmittedObject<IValidatingAdmissionPolicyBinding>
}

/** Something that must be true of a request, and what whoever sent it is told if it is not. */
export type Validation = Written<IIoK8sApiAdmissionregistrationV1Validation>

/** What policies need to know of the app or lock that they are of. */
export type PolicyContext = Pick<
  WorkloadContext,
  'app' | 'namespace' | 'targetVersion' | 'metadata' | 'mistakes'
>

export interface AdmissionPolicyProps {
  /** What it is about: the second last part of its name, and unique in the app. */
  readonly topic: string
  readonly spec: Written<IIoK8sApiAdmissionregistrationV1ValidatingAdmissionPolicySpec>
  readonly paramRef?: Written<IIoK8sApiAdmissionregistrationV1ParamRef>
  readonly annotations?: Readonly<Record<string, string>>
}

/** Emits a policy, which belongs to the cluster, and its binding. It denies what it does not allow. */
export function emitAdmissionPolicy(
  scope: Construct,
  { app, namespace, metadata }: PolicyContext,
  { topic, spec, paramRef, annotations }: AdmissionPolicyProps,
): AdmissionPolicy {
  // Of both parts no one has a dot, so no two policies of a cluster meet, and both fit (253).
  const name = `${app}.${namespace}.${topic}.lockstep.dev`
  return {
    policy: new EmittedObject<IValidatingAdmissionPolicy>(scope, `${topic}-policy`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: metadata(name, annotations),
      spec: { failurePolicy: 'Fail', ...spec },
    }),
    binding: new EmittedObject<IValidatingAdmissionPolicyBinding>(scope, `${topic}-binding`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: metadata(name),
      spec: { policyName: name, paramRef, validationActions: ['Deny'] },
    }),
  }
}

/** Only in the namespace of the app: whoever works elsewhere is not even asked. */
export const inNamespaceOf = ({ namespace }: PolicyContext) => ({
  matchLabels: { 'kubernetes.io/metadata.name': namespace },
})

/** Reports an option that needs such policies where there may be none. */
export function requireAdmissionPolicies(
  { targetVersion, mistakes }: PolicyContext,
  { option, instead }: { readonly option: string; readonly instead: string },
): void {
  if (supports(targetVersion, 'validatingAdmissionPolicy')) return
  mistakes.add({
    option,
    problem: `needs the admission policies of Kubernetes 1.30, and the environment may run ${targetVersion}`,
    remedy: `${instead}, or raise \`targetVersion\` of the environment`,
  })
}
