import type { EnvValue } from 'cdk8s-plus-27'
import type { IIoK8sApiCoreV1EnvVar } from 'kubernetes-models/v1/EnvVar'
import type { Written } from './written.ts'

/**
 * A literal, or an `EnvValue` of cdk8s-plus: from a ConfigMap, an existing Secret, a field of the
 * pod. Secrets are better mounted as files (`secretFiles`): the environment is inherited by child
 * processes and ends up in crash reports.
 */
export type EnvironmentVariable = string | EnvValue

export type EnvironmentVariables = Readonly<Record<string, EnvironmentVariable>>

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
