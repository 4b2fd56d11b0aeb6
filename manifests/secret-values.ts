import type { KubernetesObject } from './kubernetes-object.ts'

/** Stands for a value: plans and explanations end up in logs of CI, in tickets, in pull requests. */
export const NOT_SHOWN = '(not shown)'

/** What a Secret is and is called. Any other field, one by mistake too, may have what it keeps. */
const SHOWN: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'type',
  'immutable',
  'metadata.name',
  'metadata.namespace',
])

/** Of any API: whoever mistypes that means a Secret all the same. */
export const isSecret = ({ kind }: KubernetesObject): boolean => kind === 'Secret'

/** The value of a field of a Secret as people may see it. */
export const secretValue = (field: string, value: unknown): unknown =>
  SHOWN.has(field) && typeof value !== 'object' ? value : NOT_SHOWN
