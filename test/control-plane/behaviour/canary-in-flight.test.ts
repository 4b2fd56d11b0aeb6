import { expect, it } from 'vitest'
import { simulateFailures } from '../../../checks/simulate-failures.ts'
import { GOLDENS_IN_FLIGHT } from '../../goldens/goldens.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { deployApps } from './deployed-apps.ts'
import { drainAll } from './drain-all.ts'
import { disagreements, loseZone } from './zone-loss.ts'

/** With a router and without: the tracks of both, in the shape in which the branch has them. */
const inFlight = () => GOLDENS_IN_FLIGHT.flatMap(({ objects }) => objects('1.36'))

const TRACKS = [
  'flight-routed',
  'flight-routed-canary',
  'flight-unrouted',
  'flight-unrouted-canary',
]

describeWithNodes('A drain of every node in turn, with canaries in flight', (cluster) => {
  it('ends, and leaves of both tracks what the simulation says', async () => {
    const apps = await deployApps(cluster, inFlight())
    expect(apps.workloads.map(({ metadata }) => metadata.name).sort()).toEqual(TRACKS)
    expect(await drainAll(cluster, apps)).toEqual([])
  })
})

describeWithNodes('The loss of a zone, with canaries in flight in it', (cluster) => {
  it('leaves of both tracks what the simulation says', async () => {
    const { workloads, objects } = await deployApps(cluster, inFlight())
    const losses = await loseZone(cluster, workloads)
    expect(losses).toHaveLength(TRACKS.length)
    expect(disagreements(losses, simulateFailures(objects).workloads)).toEqual([])
  })
})
