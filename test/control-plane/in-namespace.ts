import { at, items } from '../../manifests/fields.ts'
import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'

/** The objects of namespaces, all in this one; those of the cluster are left out. */
export const inNamespace = (
  objects: readonly KubernetesObject[],
  namespace: string,
): readonly KubernetesObject[] =>
  objects
    .filter(({ metadata }) => metadata.namespace !== undefined)
    .map((object) => ({
      ...object,
      metadata: { ...object.metadata, namespace },
      ...(Array.isArray(object.subjects) && {
        subjects: items(object.subjects).map((subject) =>
          isRecord(subject) && at(subject, 'namespace') ? { ...subject, namespace } : subject,
        ),
      }),
    }))
