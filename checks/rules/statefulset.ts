import { at, text } from '../../manifests/fields.ts'
import { forEachOfKind, forEachWorkload } from '../for-each.ts'
import type { Rule } from '../rule.ts'

const headlessService: Rule = {
  id: 'statefulset/headless-service',
  severity: 'warning',
  title: 'A StatefulSet has a headless Service of the name that it states',
  why: 'Its pods have stable names in DNS only through that Service; without it `<pod>.<service>` does not resolve.',
  peers: ['kube-score/statefulset-has-servicename'],
  check: forEachWorkload((workload, objects) => {
    if (workload.kind !== 'StatefulSet') return undefined
    const name = text(at(workload.object, 'spec', 'serviceName')) ?? ''
    const service = objects.servicesOf(workload).find(({ object }) => object.metadata.name === name)
    if (at(service?.object, 'spec', 'clusterIP') === 'None') return undefined
    const identity = { group: '', kind: 'Service', namespace: workload.namespace, name }
    if (service === undefined && name !== '' && objects.external.has(identity)) return undefined
    return {
      field: 'spec.serviceName',
      message:
        name === ''
          ? 'The StatefulSet names no Service'
          : `'${name}' is not a headless Service that selects its pods`,
      remedy: 'Add a Service with `clusterIP: None` and the selector of the StatefulSet',
    }
  }),
}

const deletesData: Rule = {
  id: 'statefulset/deletes-data',
  severity: 'warning',
  title: 'The volumes of a StatefulSet stay when it goes',
  why: 'A StatefulSet that is renamed, or scaled down by mistake, takes its data with it.',
  check: forEachOfKind('apps/StatefulSet', ({ spec }) =>
    ['whenDeleted', 'whenScaled']
      .filter((when) => at(spec, 'persistentVolumeClaimRetentionPolicy', when) === 'Delete')
      .map((when) => ({
        field: `spec.persistentVolumeClaimRetentionPolicy.${when}`,
        message: 'The volumes are deleted with their pods',
        remedy: 'Write `Retain`; delete by hand what is no longer needed',
      })),
  ),
}

export const statefulSetRules: readonly Rule[] = [headlessService, deletesData]
