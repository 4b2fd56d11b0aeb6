/** Kubernetes minors that Lockstep can write for. */
export const KUBERNETES_VERSIONS = [
  '1.29',
  '1.30',
  '1.31',
  '1.32',
  '1.33',
  '1.34',
  '1.35',
  '1.36',
] as const

export type KubernetesVersion = (typeof KUBERNETES_VERSIONS)[number]

/**
 * What the manifests are written for when nobody says: everything that the constructs emit by
 * default exists from here on.
 */
export const DEFAULT_KUBERNETES_VERSION: KubernetesVersion = '1.31'

/** First minor in which a field is served without a feature gate. */
const SINCE = {
  /** `lifecycle.preStop.sleep`, KEP-3960. Older kubelets need a `sleep` in the image. */
  preStopSleep: '1.30',
  /** `matchLabelKeys` of pod affinity terms, KEP-3633. */
  affinityMatchLabelKeys: '1.31',
  /** `initContainers[].restartPolicy`, KEP-753. */
  nativeSidecar: '1.29',
  /** `ValidatingAdmissionPolicy` as `admissionregistration.k8s.io/v1`, KEP-3488. */
  validatingAdmissionPolicy: '1.30',
} as const satisfies Record<string, KubernetesVersion>

export const supports = (version: KubernetesVersion, feature: keyof typeof SINCE): boolean =>
  KUBERNETES_VERSIONS.indexOf(version) >= KUBERNETES_VERSIONS.indexOf(SINCE[feature])
