// Objects and what tells them apart

// Reading and writing
export { canonicalJson } from './canonical-json.ts'
export { CONTENT_HASH_LENGTH, contentHash } from './content-hash.ts'
// Values as Kubernetes understands them
export { scheduleProblem } from './cron-schedule.ts'
export { emitYaml } from './emit-yaml.ts'
export { fieldPath } from './field-path.ts'
export { describeIdentity, groupOf, type Identity, identityOf } from './identity.ts'
export { type ImageReference, parseImage } from './image-reference.ts'
export {
  isKubernetesObject,
  isRecord,
  type KubernetesObject,
  type ObjectMeta,
} from './kubernetes-object.ts'
export { type Labels, selects, selectsByMap } from './label-selector.ts'
// Files on the deploy branch
export {
  CLUSTER_FOLDER,
  NAMESPACE_APP,
  objectPath,
  planPath,
  type Section,
  SYNCED_SECTIONS,
  sectionOf,
} from './layout.ts'
export {
  controllerNameProblem,
  dataKeyProblem,
  dnsLabelProblem,
  dnsSubdomainProblem,
  labelKeyProblem,
  labelValueProblem,
  MAX_CONTROLLER_NAME_LENGTH,
  MAX_LABEL_LENGTH,
  MAX_SUBDOMAIN_LENGTH,
  type NameOptions,
  portNameProblem,
  serviceNameProblem,
} from './names.ts'
export { describeOrigin, type Origin } from './origin.ts'
export { podTemplateOf, podTemplatePath } from './pod-template.ts'
export {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  InvalidQuantityError,
  parseQuantity,
  type Quantity,
  type QuantityFormat,
} from './quantity.ts'
export { type ReadManifest, readManifests } from './read-yaml.ts'
export type { RenderedFile, Rendering } from './rendering.ts'
export {
  allowedDisruptions,
  type DisruptionBudget,
  type IntOrPercent,
  InvalidIntOrPercentError,
  type RollingUpdateBounds,
  rollingUpdateBounds,
  scaled,
} from './rounding.ts'
export { isClusterScoped } from './scope.ts'
export { isTimeZone } from './time-zone.ts'
export { UnreadableManifestError } from './unreadable-manifest-error.ts'
export { UnwritableValueError } from './unwritable-value.ts'
