import type { IIoK8sApiCoreV1PodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { map } from './collection-shapes.ts'
import { optional, record, required } from './options.ts'
import { readBy, reportWrong, type Shape, shape } from './shape.ts'
import { text } from './value-shapes.ts'
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

const TEMPLATE: Shape<NonNullable<Adoption['template']>> = shape({
  expected: 'a pod template with a spec',
  example: '{ metadata: { labels: { … } }, spec: { … } }',
  is: (value) => isRecord(value) && isRecord(value.spec),
})

const LABELS = map(text('web'), 'app')

const SELECTOR = readBy<Adoption['selector']>(LABELS, (value, option, mistakes, self) => {
  const before = mistakes.count
  const labels = LABELS.read(value, option, mistakes)
  // One that selects everything could never be that of a workload.
  if (labels === undefined || Object.keys(labels).length > 0) return labels
  return mistakes.count > before ? undefined : reportWrong(self, value, option, mistakes)
})

export const ADOPTION = record<Adoption>(
  {
    name: required(text('web'), 'missing'),
    selector: required(SELECTOR, { app: 'missing' }),
    template: optional(TEMPLATE),
  },
  "{ name: 'web', selector: { app: 'web' } }",
)
