import { beforeEach, describe } from 'vitest'
import type { LeaseName } from '../../../leases/lease-name.ts'
import type { LeaseStore } from '../../../leases/lease-store.ts'
import { describeBreaking } from './break-contract.ts'
import { ContractWorld } from './contract-world.ts'
import { describeHolds } from './hold-contract.ts'
import { describeLine } from './line-contract.ts'
import { describeRuns } from './run-contract.ts'
import { describeViews } from './view-contract.ts'

export interface LockFunctionContractProps {
  readonly name: string
  /** The same store each time, as two instances would open it. */
  readonly open: () => LeaseStore
  /** A lock with three slots, or with as many as its user says, that nobody has held. */
  readonly declare: () => Promise<LeaseName>
}

/** What the function does on every store. */
export function describeLockFunction({ name, open, declare }: LockFunctionContractProps): void {
  describe(`The lock function on ${name}`, () => {
    let world: ContractWorld
    beforeEach(async () => {
      world = new ContractWorld([open(), open()], await declare())
    })
    for (const suite of [
      describeHolds,
      describeBreaking,
      describeLine,
      describeViews,
      describeRuns,
    ]) {
      suite(() => world)
    }
  })
}
