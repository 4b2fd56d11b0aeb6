import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { LeaseName } from '../../../leases/lease-name.ts'
import type { LeaseStore } from '../../../leases/lease-store.ts'
import { type FunctionAnswer, FunctionCaller, functionOf } from './function-caller.ts'

/** A hold of somebody. */
interface Acquired {
  readonly path: string
  readonly handle: string
  readonly answer: FunctionAnswer
}

/**
 * Two who want a lock that nobody has held. Each request of theirs goes to another one of two
 * instances, which share the store and the key, and nothing else.
 */
export class ContractWorld {
  readonly alice: FunctionCaller
  readonly bob: FunctionCaller
  readonly lock: string
  readonly runs: string

  constructor(stores: readonly [LeaseStore, LeaseStore], { namespace, name }: LeaseName) {
    const instances = stores.map((store) => functionOf({ store }))
    this.alice = new FunctionCaller(instances, 'alice')
    this.bob = new FunctionCaller(instances, 'bob')
    this.lock = `/v1/locks/${namespace}/${name}`
    this.runs = `/v1/runs/${namespace}/${name}`
  }

  readonly hold = (id: string = randomUUID()): string => `${this.lock}/holds/${id}`

  readonly acquire = async (caller: FunctionCaller, body: object = {}): Promise<Acquired> => {
    const path = this.hold()
    const answer = await caller.call('PUT', path, { body })
    expect(answer).toMatchObject({ status: 201 })
    return { path, answer, handle: answer.body.handle }
  }
}
