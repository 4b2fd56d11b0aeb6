import type { IIoK8sApiCoreV1Affinity } from 'kubernetes-models/v1/Affinity'
import type { IIoK8sApiCoreV1TopologySpreadConstraint } from 'kubernetes-models/v1/TopologySpreadConstraint'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { type KubernetesVersion, supports } from './kubernetes-version.ts'
import { record, required } from './options.ts'
import { choice, type Shape } from './shape.ts'
import { oneOf, whole } from './value-shapes.ts'
import type { Written } from './written.ts'

const ZONE = 'topology.kubernetes.io/zone'
const HOST = 'kubernetes.io/hostname'

/**
 * - `'soft'`: evenly over zones and hosts where possible; a pod without a better place still runs.
 * - `{ strict: 'zone', zones }`: a pod that would make zones uneven stays Pending, and so does every
 *   pod while fewer than `zones` zones have nodes.
 */
export type Spread = 'soft' | { readonly strict: 'zone'; readonly zones: number }

export const SPREAD: Shape<Spread> = choice<Spread>({
  expected: "'soft' or an object with strict and zones",
  example: "'soft'",
  pick: (value) => (isRecord(value) ? STRICT : value === 'soft' ? oneOf(['soft']) : undefined),
})

const STRICT = record<Exclude<Spread, 'soft'>>(
  {
    strict: required(oneOf(['zone']), 'zone'),
    zones: required(whole({ least: 1, example: 3 }), 3),
  },
  "{ strict: 'zone', zones: 3 }",
)

/** Label that tells pods of one revision from those of another; the controller writes it. */
export type RevisionLabel = 'pod-template-hash' | 'controller-revision-hash'

export interface WrittenSpread {
  readonly topologySpreadConstraints: Written<IIoK8sApiCoreV1TopologySpreadConstraint>[]
  readonly affinity: Written<IIoK8sApiCoreV1Affinity>
}

/**
 * Both topology spread and anti-affinity, both soft by default: checkers look at one or the other.
 * Zone and host are always both listed, since any constraint switches the scheduler's own defaults
 * off. `matchLabelKeys` counts only pods of the same revision, or a rollout leaves them uneven.
 */
export function writeSpread(
  spread: Spread,
  selector: Readonly<Record<string, string>>,
  revisionLabel: RevisionLabel,
  target: KubernetesVersion,
): WrittenSpread {
  const labelSelector = { matchLabels: { ...selector } }
  const common = { maxSkew: 1, labelSelector, matchLabelKeys: [revisionLabel] }
  const soft = { ...common, whenUnsatisfiable: 'ScheduleAnyway' as const }
  const zone =
    spread === 'soft'
      ? { ...soft, topologyKey: ZONE }
      : {
          ...common,
          topologyKey: ZONE,
          whenUnsatisfiable: 'DoNotSchedule' as const,
          minDomains: spread.zones,
          // A cordoned or broken zone must not count as one that has room.
          nodeTaintsPolicy: 'Honor' as const,
        }
  const ownRevision = supports(target, 'affinityMatchLabelKeys') ? [revisionLabel] : undefined
  return {
    topologySpreadConstraints: [zone, { ...soft, topologyKey: HOST }],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: { topologyKey: HOST, labelSelector, matchLabelKeys: ownRevision },
          },
        ],
      },
    },
  }
}
