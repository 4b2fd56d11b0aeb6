import { expect, it } from 'vitest'
import { explainLock } from '../../cli/explain-lock.ts'
import { elected, Lock, SingletonService } from '../../constructs/index.ts'
import { Testing } from '../../constructs/testing.ts'
import type { Rendering } from '../../manifests/rendering.ts'
import { autoscaled } from '../constructs/fixtures.ts'

/** What is said of each Lease, by its name. */
function explained(make: Parameters<typeof Testing.synth>[0]): Readonly<Record<string, string>> {
  const { objects } = Testing.synth(make, { lockstepImage: autoscaled.image })
  const files = objects.map((object) => ({ path: '', text: '', app: '', object }))
  const rendering: Rendering = { environment: 'test', files }
  const leases = objects.filter(({ kind }) => kind === 'Lease')
  return Object.fromEntries(
    leases.map((lease) => [lease.metadata.name, explainLock(lease, rendering).join('\n')]),
  )
}

it('tells what follows from the times of an election', () => {
  const { image, resources, health } = autoscaled
  const { ledger = '' } = explained(
    (test) =>
      new SingletonService(test, 'ledger', {
        image,
        resources,
        health,
        port: 8080,
        guarantee: elected({ work: 'requests' }),
      }),
  )
  expect(ledger).toContain('ttl       15 s, of its election')
  expect(ledger).toContain('renewed   every 5 s; its holder stops 13.5 s after the last renewal')
  expect(ledger).toContain('others get it 15 s after')
  expect(ledger).toContain('who is first and does not come is passed after 7 s')
  expect(ledger).toContain('runs 1.11 times as fast')
})

it('tells it of a lock by default, wider where others may hold it too, and of no queue', () => {
  const said = explained((test) => {
    new Lock(test, 'ledger', { users: ['worker'] })
    new Lock(test, 'shared', { users: ['worker'], mode: 'interop' })
  })
  expect(said.ledger).toContain('ttl       30 s, the default; whoever acquires it may say another')
  expect(said.ledger).toContain('its holder stops 27 s after')
  expect(said.shared).toContain('its holder stops 26 s after')
  expect(said['ledger.queue']).toBe('')
  expect(said['ledger.runs']).toBe('')
})
