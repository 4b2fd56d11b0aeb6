import type { EnvValue } from 'cdk8s-plus-27'
import type { IIoK8sApiCoreV1EnvVar } from 'kubernetes-models/v1/EnvVar'
import { shape } from './shape.ts'
import type { Written } from './written.ts'

/**
 * A literal, or an `EnvValue` of cdk8s-plus: from a ConfigMap, an existing Secret, a field of the
 * pod. Secrets are better mounted as files (`secretFiles`): the environment is inherited by child
 * processes and ends up in crash reports.
 */
export type EnvironmentVariable = string | EnvValue

export type EnvironmentVariables = Readonly<Record<string, EnvironmentVariable>>

export const ENVIRONMENT_VARIABLE = shape<EnvironmentVariable>({
  expected: 'a text or an EnvValue of cdk8s-plus',
  example: (value) => `'${typeof value === 'object' ? '…' : String(value)}'`,
  is: (value) =>
    typeof value === 'string' ||
    (typeof value === 'object' && value !== null && ('valueFrom' in value || 'value' in value)),
})

/** Sorted by name, so that the order of writing makes no difference. */
export function writeEnvironmentVariables(
  variables: EnvironmentVariables,
): Written<IIoK8sApiCoreV1EnvVar>[] {
  return Object.keys(variables)
    .sort()
    .map((name) => {
      const value = variables[name]
      if (typeof value === 'string') return { name, value }
      return { name, value: value?.value, valueFrom: value?.valueFrom }
    })
}
