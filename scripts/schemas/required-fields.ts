import type { JsonSchema } from '../../checks/schema/json-schema.ts'

/**
 * Fields that the API server requires although its OpenAPI documents do not say so, since the Go
 * type has an empty value for them. Here are those that it requires in every object that has the
 * parent; what depends on other fields is for rules.
 */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'admissionregistration.v1.NamedRuleWithOperations': [
    'apiGroups',
    'apiVersions',
    'operations',
    'resources',
  ],
  'admissionregistration.v1.ParamKind': ['apiVersion', 'kind'],
  'admissionregistration.v1.ParamRef': ['parameterNotFoundAction'],
  'admissionregistration.v1.RuleWithOperations': [
    'apiGroups',
    'apiVersions',
    'operations',
    'resources',
  ],
  'admissionregistration.v1.ValidatingAdmissionPolicy': ['spec'],
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': ['matchConstraints'],
  'apiextensions.v1.CustomResourceDefinitionVersion': ['schema'],
  'apiextensions.v1.CustomResourceValidation': ['openAPIV3Schema'],
  'apiregistration.v1.APIService': ['spec'],
  'apps.v1.DaemonSet': ['spec'],
  'apps.v1.Deployment': ['spec'],
  'apps.v1.ReplicaSet': ['spec'],
  'apps.v1.StatefulSet': ['spec'],
  'batch.v1.Job': ['spec'],
  'core.v1.ConfigMapEnvSource': ['name'],
  'core.v1.ConfigMapKeySelector': ['name'],
  'core.v1.ConfigMapProjection': ['name'],
  'core.v1.ConfigMapVolumeSource': ['name'],
  'core.v1.Container': ['image'],
  'core.v1.PersistentVolume': ['spec'],
  'core.v1.PersistentVolumeClaim': ['spec'],
  'core.v1.PersistentVolumeClaimSpec': ['accessModes', 'resources'],
  'core.v1.PersistentVolumeSpec': ['accessModes', 'capacity'],
  'core.v1.Pod': ['spec'],
  'core.v1.PodTemplateSpec': ['spec'],
  'core.v1.SecretEnvSource': ['name'],
  'core.v1.SecretKeySelector': ['name'],
  'core.v1.SecretProjection': ['name'],
  'core.v1.SecretVolumeSource': ['secretName'],
  'core.v1.Service': ['spec'],
  'flowcontrol.v1.FlowSchema': ['spec'],
  'networking.v1.Ingress': ['spec'],
  'networking.v1.IngressServiceBackend': ['port'],
}

/** The schema with what the API server requires besides. */
export function withRequiredFields(name: string, schema: JsonSchema): JsonSchema {
  const besides = REQUIRED[name]
  if (besides === undefined) return schema
  return { ...schema, required: [...new Set([...(schema.required ?? []), ...besides])].sort() }
}
