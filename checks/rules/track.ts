import { at, type Fields } from '../../manifests/fields.ts'
import { forEachWorkload } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import type { Rule } from '../rule.ts'
import type { Workload } from '../workload.ts'
import { canaryCapacity } from './canary-capacity.ts'
import { serviceTracks } from './service-tracks.ts'

/** What decides how much a container can carry and when it gets traffic. */
const COMPARED = [
  'resources',
  'ports',
  'startupProbe',
  'livenessProbe',
  'readinessProbe',
  'lifecycle',
  'securityContext',
] as const

/** Fields in which two tracks of one app differ although they should not. */
function differencesOf(a: Workload, b: Workload): string[] {
  const found: string[] = []
  if (!isSame(a.podSpec, b.podSpec, 'terminationGracePeriodSeconds')) {
    found.push('terminationGracePeriodSeconds')
  }
  for (const container of a.containers) {
    const other = b.containers.find(({ name }) => name === container.name)
    if (other === undefined) {
      found.push(`container ${container.name}`)
      continue
    }
    for (const name of COMPARED) {
      if (!isSame(container.spec, other.spec, name)) found.push(`${container.name}.${name}`)
    }
  }
  return found
}

const isSame = (a: Fields, b: Fields, name: string): boolean =>
  JSON.stringify(a[name]) === JSON.stringify(b[name])

const other = ({ namespace }: Workload, name: string, objects: ObjectSet): Workload | undefined =>
  objects.targetOf(namespace, { kind: 'Deployment', name })

const parity = (from: RegExp, to: string, rule: Pick<Rule, 'id' | 'title' | 'why'>): Rule => ({
  ...rule,
  severity: 'warning',
  check: forEachWorkload((workload, objects) => {
    if (workload.kind !== 'Deployment' || !from.test(workload.name)) return undefined
    const twin = other(workload, workload.name.replace(from, to), objects)
    if (twin === undefined || !isTrackOf(workload, twin)) return undefined
    const differences = differencesOf(workload, twin)
    if (differences.length === 0) return undefined
    return {
      field: workload.podField,
      message: `It differs from ${twin.name} in ${differences.join(', ')}`,
      remedy: 'Let only image, configuration, version and number of pods differ',
    }
  }),
})

const NAME = 'app.kubernetes.io/name'

/** Names may end alike by chance; two tracks of one app also share the label that names it. */
const isTrackOf = (a: Workload, b: Workload): boolean =>
  ['app', NAME].some((key) => {
    const value = at(a.podLabels, key)
    return value !== undefined && value === at(b.podLabels, key)
  })

const canary = parity(/-canary$/, '', {
  id: 'canary/parity',
  title: 'A canary is sized and probed like the stable track',
  why: 'If it differs in anything but the release, its metrics say nothing about the release.',
})

const blueGreen = parity(/-green$/, '-blue', {
  id: 'bluegreen/parity',
  title: 'Blue and green are sized and probed alike',
  why: 'Traffic moves all at once: the side that takes it must carry as much as the side that had it.',
})

export const trackRules: readonly Rule[] = [canary, blueGreen, serviceTracks, canaryCapacity]
