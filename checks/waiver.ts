import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'

/**
 * Prefix of the annotation by which an object says that it breaks a rule knowingly:
 * `waiver.lockstep.dev/pdb.never-evictable: talk to the storage team first`. The rule's slash is
 * written as a dot, since an annotation's name has room for one slash only.
 */
const PREFIX = 'waiver.lockstep.dev/'

export const waiverAnnotation = (rule: string): string => `${PREFIX}${rule.replace('/', '.')}`

/** The reason why this object may break the rule, or `undefined` if it may not. */
export function waiverOf({ metadata }: KubernetesObject, rule: string): string | undefined {
  const reason: unknown = metadata.annotations?.[waiverAnnotation(rule)]
  return typeof reason === 'string' ? reason : undefined
}

export interface WaiverOnObject {
  /** Id of the rule, as it was meant. */
  readonly rule: string
  readonly reason: string
  /** Key of the annotation that it is written in. */
  readonly annotation: string
}

const NONE: readonly WaiverOnObject[] = Object.freeze([])

/** All waivers that an object carries, whether or not they mean anything. */
export function waiversOf({ metadata }: KubernetesObject): readonly WaiverOnObject[] {
  if (!isRecord(metadata.annotations)) return NONE
  return Object.entries(metadata.annotations)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([annotation, reason]) => ({
      rule: annotation.slice(PREFIX.length).replace('.', '/'),
      reason: String(reason),
      annotation,
    }))
}
