import { at } from '../../manifests/fields.ts'
import { TRACK_LABEL, TRACKS_ANNOTATION } from '../../manifests/tracks.ts'
import { NAME_LABEL } from '../../manifests/well-known-labels.ts'
import { forEachOfKind } from '../for-each.ts'
import type { Rule } from '../rule.ts'
import { namespaceOf } from '../workload.ts'

/** Compares what a Service of a canaried app says with what it selects. */
export const serviceTracks: Rule = {
  id: 'canary/service-tracks',
  severity: 'error',
  title: 'A Service selects the tracks of its app that it says, and no other',
  why: 'Requests would reach a version that nobody sent them to, or never reach the one that is measured.',
  check: forEachOfKind('/Service', (service, objects) => {
    const stated = service.metadata.annotations?.[TRACKS_ANNOTATION]
    const app = service.metadata.labels?.[NAME_LABEL]
    if (stated === undefined || app === undefined) return undefined
    const tracks = stated.split(',')
    const namespace = namespaceOf(service)
    const selected = objects.pods.selectedByMap(namespace, at(service, 'spec', 'selector'))
    return objects.pods.selectedByMap(namespace, { [NAME_LABEL]: app }).flatMap((workload) => {
      const track = workload.podLabels[TRACK_LABEL]
      const isSelected = selected.includes(workload)
      if (track === undefined || isSelected === tracks.includes(track)) return []
      const verb = isSelected ? 'selects' : 'does not select'
      return {
        field: 'spec.selector',
        message: `The selector ${verb} the ${track} pods of ${workload.name}, and the Service says that it is for ${stated}`,
        remedy: `Select by labels of these tracks alone, or correct the annotation \`${TRACKS_ANNOTATION}\``,
      }
    })
  }),
}
