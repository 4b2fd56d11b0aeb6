import { affinityTermsOf, HOST_KEY, spreadConstraintsOf, ZONE_KEY } from '../spreading.ts'
import type { Workload } from '../workload.ts'
import type { Assumptions } from './assumptions.ts'

/**
 * How sure a number is.
 * - `certain`: a rule that the scheduler or the eviction API never breaks makes it so.
 * - `expected`: the scheduler does so while there is room; it may do worse when there is not.
 * - `possible`: nothing prevents it. The worst case is given.
 */
export type Confidence = 'certain' | 'expected' | 'possible'

/** The most pods of a workload that stand in one place. */
export interface Crowd {
  readonly pods: number
  readonly confidence: Confidence
}

/** Where the pods of a workload stand. */
export interface Placement {
  /** Pods that have a place at all; a required anti-affinity leaves the others Pending. */
  readonly running: number
  readonly perNode: Crowd
  readonly perZone: Crowd
}

/** What keeps the pods of a workload apart in one topology. */
interface Spreading {
  /** Most pods that the scheduler ever puts into one domain; absent without a strict rule. */
  readonly most?: number
  /** Whether it also prefers to spread them evenly. */
  readonly isPreferred: boolean
  /** Whether a domain takes one pod only, so that pods above the number of domains stay Pending. */
  readonly isAlone: boolean
}

/** Where `pods` pods of a workload stand, when the cluster is as assumed. */
export function placementOf(
  workload: Workload,
  pods: number,
  { zones, nodesPerZone }: Assumptions,
): Placement {
  const nodes = zones * nodesPerZone
  const byZone = spreadingOf(workload, ZONE_KEY, pods, zones)
  const byHost = spreadingOf(workload, HOST_KEY, pods, nodes)
  const running = Math.min(pods, byZone.isAlone ? zones : pods, byHost.isAlone ? nodes : pods)
  if (running <= 1 || typeof workload.podSpec.nodeName === 'string') {
    const all: Crowd = { pods: running, confidence: 'certain' }
    return { running, perNode: all, perZone: all }
  }
  const evenlyOnNodes = crowdOf(byHost, running, nodes)
  const perZone = crowdOf(byZone, running, zones) ?? {
    pods: Math.min(running, (evenlyOnNodes?.pods ?? running) * nodesPerZone),
    confidence: 'possible',
  }
  // A node holds no more than its zone.
  const perNode = evenlyOnNodes ?? {
    pods: perZone.pods,
    confidence: perZone.pods === 1 ? perZone.confidence : 'possible',
  }
  return { running, perNode, perZone }
}

/** The fullest domain; `undefined` if nothing keeps pods apart there. */
function crowdOf(
  { most, isPreferred }: Spreading,
  pods: number,
  domains: number,
): Crowd | undefined {
  const even = Math.ceil(pods / domains)
  if (most !== undefined && (!isPreferred || most <= even)) {
    return { pods: Math.min(most, pods), confidence: 'certain' }
  }
  return isPreferred ? { pods: even, confidence: 'expected' } : undefined
}

function spreadingOf(workload: Workload, key: string, pods: number, domains: number): Spreading {
  const constraints = spreadConstraintsOf(workload).filter(
    ({ topologyKey, isOwn }) => topologyKey === key && isOwn,
  )
  const terms = affinityTermsOf(workload).filter(
    ({ topologyKey, isOwn }) => topologyKey === key && isOwn,
  )
  const isAlone = terms.some(({ isRequired }) => isRequired)
  const limits = constraints
    .filter(({ isStrict }) => isStrict)
    // The fullest domain has at most `maxSkew` more than each of the others.
    .map(({ maxSkew }) => Math.floor((pods + maxSkew * (domains - 1)) / domains))
  if (isAlone) limits.push(1)
  const isPreferred =
    constraints.some(({ isStrict }) => !isStrict) || terms.some(({ isRequired }) => !isRequired)
  return { ...(limits.length > 0 && { most: Math.min(...limits) }), isPreferred, isAlone }
}
