import { type Fields, number } from '../manifests/fields.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import type { Container } from './workload.ts'

export type ProbeName = 'startupProbe' | 'livenessProbe' | 'readinessProbe'

/** A probe of a container, with Kubernetes' defaults filled in. Times are in seconds. */
export interface Probe {
  readonly field: string
  readonly spec: Fields
  readonly initialDelay: number
  readonly period: number
  readonly timeout: number
  readonly failureThreshold: number
}

export function probeOf({ spec, field }: Container, name: ProbeName): Probe | undefined {
  const probe = spec[name]
  if (!isRecord(probe)) return undefined
  return {
    field: `${field}.${name}`,
    spec: probe,
    initialDelay: number(probe.initialDelaySeconds) ?? 0,
    period: number(probe.periodSeconds) ?? 10,
    timeout: number(probe.timeoutSeconds) ?? 1,
    failureThreshold: number(probe.failureThreshold) ?? 3,
  }
}

/** Seconds that a container may take to start before it is killed; 0 if it is not watched starting. */
export function startupBudgetOf(container: Container): number {
  const startup = probeOf(container, 'startupProbe')
  if (startup === undefined) return 0
  return startup.initialDelay + startup.period * startup.failureThreshold
}
