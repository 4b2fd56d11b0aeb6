import { at, type Fields, fields, items, number, text } from '../manifests/fields.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { selects } from '../manifests/label-selector.ts'
import type { Workload } from './workload.ts'

export const ZONE_KEY = 'topology.kubernetes.io/zone'
export const HOST_KEY = 'kubernetes.io/hostname'

/** A topology spread constraint of a pod template. */
export interface SpreadConstraint {
  readonly field: string
  readonly topologyKey: string
  readonly maxSkew: number
  /** `DoNotSchedule`: the scheduler leaves a pod Pending rather than break it. */
  readonly isStrict: boolean
  /** Whether it counts the pods of its own workload. */
  readonly isOwn: boolean
  /** Whether it counts pods of one revision only. */
  readonly revisionOnly: boolean
}

/** A pod anti-affinity term of a pod template. */
export interface AffinityTerm {
  readonly field: string
  readonly topologyKey: string
  readonly isRequired: boolean
  /** Whether it keeps pods of its own workload apart. */
  readonly isOwn: boolean
  readonly revisionOnly: boolean
}

const REVISION_KEYS: ReadonlySet<unknown> = new Set([
  'pod-template-hash',
  'controller-revision-hash',
])

const isRevisionOnly = ({ matchLabelKeys }: Fields): boolean =>
  items(matchLabelKeys).some((key) => REVISION_KEYS.has(key))

/** Many rules ask, and the answer never changes. */
const constraints = new WeakMap<Workload, readonly SpreadConstraint[]>()
const terms = new WeakMap<Workload, readonly AffinityTerm[]>()

export function spreadConstraintsOf(workload: Workload): readonly SpreadConstraint[] {
  const known = constraints.get(workload) ?? readConstraints(workload)
  constraints.set(workload, known)
  return known
}

export function affinityTermsOf(workload: Workload): readonly AffinityTerm[] {
  const known = terms.get(workload) ?? readTerms(workload)
  terms.set(workload, known)
  return known
}

function readConstraints({ podSpec, podField, podLabels }: Workload): readonly SpreadConstraint[] {
  return items(podSpec.topologySpreadConstraints).map((value, index) => {
    const constraint = fields(value)
    return {
      field: `${podField}.topologySpreadConstraints[${index}]`,
      topologyKey: text(constraint.topologyKey) ?? '',
      maxSkew: number(constraint.maxSkew) ?? 1,
      isStrict: constraint.whenUnsatisfiable === 'DoNotSchedule',
      isOwn: selects(constraint.labelSelector, podLabels),
      revisionOnly: isRevisionOnly(constraint),
    }
  })
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

function readTerms(workload: Workload): readonly AffinityTerm[] {
  const antiAffinity = at(workload.podSpec, 'affinity', 'podAntiAffinity')
  if (!isRecord(antiAffinity)) return []
  const base = `${workload.podField}.affinity.podAntiAffinity`
  return [
    ...items(antiAffinity[REQUIRED]).map((value, index) =>
      readTerm(workload, value, `${base}.${REQUIRED}[${index}]`, true),
    ),
    ...items(antiAffinity[PREFERRED]).map((value, index) =>
      readTerm(
        workload,
        at(value, 'podAffinityTerm'),
        `${base}.${PREFERRED}[${index}].podAffinityTerm`,
        false,
      ),
    ),
  ]
}

function readTerm(
  { podLabels, namespace }: Workload,
  value: unknown,
  field: string,
  isRequired: boolean,
): AffinityTerm {
  const namespaces = items(at(value, 'namespaces'))
  return {
    field,
    topologyKey: text(at(value, 'topologyKey')) ?? '',
    isRequired,
    isOwn:
      selects(at(value, 'labelSelector'), podLabels) &&
      (namespaces.length === 0 || namespaces.includes(namespace)),
    revisionOnly: isRevisionOnly(fields(value)),
  }
}
