import { contentHash } from '../manifests/content-hash.ts'
import { emitYaml } from '../manifests/emit-yaml.ts'
import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import { podTemplateOf } from '../manifests/pod-template.ts'

/**
 * Name of everything that makes the pods of a workload differ: same revision, same pods.
 *
 * It covers the whole pod template, labels and annotations included, since any change there replaces
 * pods, and `data` and `binaryData` of each ConfigMap among the objects that the template names. Of
 * Secrets it covers the names, which are in the template: a rotated Secret is no release. ConfigMaps
 * that are not among the objects count by name alone. It does not cover how many pods there are, how
 * they are replaced, or any metadata of the workload itself.
 *
 * The revision of a canaried app is that of its stable Deployment as synth writes it; the canary's
 * labels differ, so the revision is never taken from the canary.
 *
 * @param objects of the same app; those of other namespaces are not looked at
 * @returns ten characters; `undefined` if the object makes no pods
 */
export function revisionOf(
  workload: KubernetesObject,
  objects: readonly KubernetesObject[],
): string | undefined {
  const template = podTemplateOf(workload)
  if (template === undefined) return undefined
  const named = configMapNames(template)
  const configMaps: Record<string, unknown> = {}
  for (const { apiVersion, kind, metadata, data, binaryData } of objects) {
    if (apiVersion !== 'v1' || kind !== 'ConfigMap' || !named.has(metadata.name)) continue
    if (metadata.namespace !== workload.metadata.namespace) continue
    configMaps[metadata.name] = { data, binaryData }
  }
  return contentHash(emitYaml({ template, configMaps }))
}

/** Fields of a pod under which a ConfigMap is named: volumes, projections, whole and single variables. */
const REFERENCES: ReadonlySet<string> = new Set(['configMap', 'configMapRef', 'configMapKeyRef'])

/** Names of the ConfigMaps that a pod template mentions. */
export function configMapNames(value: unknown, names = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(value)) for (const item of value) configMapNames(item, names)
  if (!isRecord(value)) return names
  for (const [key, field] of Object.entries(value)) {
    if (REFERENCES.has(key) && isRecord(field) && typeof field.name === 'string') {
      names.add(field.name)
    }
    configMapNames(field, names)
  }
  return names
}
