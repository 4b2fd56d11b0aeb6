import type { IIoK8sApiCoreV1PodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import type { Written } from './written.ts'

/**
 * A running workload that an app takes over. Its selector cannot change during its life, so it is
 * kept, and with it the object and its pods.
 */
export interface Adoption {
  /** `metadata.name` of the running object. */
  readonly name: string

  /** `spec.selector.matchLabels` of the running object, exactly. */
  readonly selector: Readonly<Record<string, string>>

  /**
   * Pod template of the running object, exactly as it is in its manifest. While it is given, the
   * app's options leave the pods alone, so the move itself replaces none; take it out in a second
   * commit, and the pods get what the options say by an ordinary rolling update.
   *
   * @default - the pods get what the options say at once
   */
  readonly template?: Written<IIoK8sApiCoreV1PodTemplateSpec>
}
