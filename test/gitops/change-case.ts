import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'

/** A change of one object, and what the API server makes of it. */
export interface ChangeCase {
  readonly what: string
  readonly before: KubernetesObject
  readonly after: KubernetesObject
  /** Fields that are refused; none if the change is accepted. */
  readonly refused: readonly string[]
}

export const change = (
  what: string,
  before: KubernetesObject,
  after: KubernetesObject,
  ...refused: string[]
): ChangeCase => ({ what, before, after, refused })

export type Fields = Readonly<Record<string, unknown>>

/** Makes objects of a kind that differ in some of their fields. */
export const make =
  (apiVersion: string, kind: string, base: Fields = {}) =>
  (fields: Fields = {}): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name: 'web' },
    ...base,
    ...fields,
  })

/** The same, for fields of their `spec`. */
export const withSpec =
  (apiVersion: string, kind: string, base: Fields) =>
  (spec: Fields = {}): KubernetesObject =>
    make(apiVersion, kind)({ spec: { ...base, ...spec } })

export const labels = { app: 'web' }

export const claimSpec = {
  accessModes: ['ReadWriteOnce'],
  storageClassName: 'slow',
  resources: { requests: { storage: '2Gi' } },
}
