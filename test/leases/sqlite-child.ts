/*
 * A process of its own on a Lease of a file: arguments are what to do, the file, and the name of the
 * Lease. Writes one line of JSON.
 */
import type { LeaseStoreError } from '../../leases/lease-store-errors.ts'
import { LeaseConflictError } from '../../leases/lease-store-errors.ts'
import { SqliteLeaseStore } from '../../leases/sqlite-lease-store.ts'

const [action = '', file = '', name = ''] = process.argv.slice(2)
const lease = { namespace: 'test', name }
const ROUNDS = 60

const ACTIONS: Readonly<Record<string, () => Promise<unknown>>> = {
  /** Raises a counter, and gives the versions of what it wrote. */
  async count() {
    const store = await SqliteLeaseStore.open({ file })
    const versions: string[] = []
    while (versions.length < ROUNDS) {
      const seen = (await store.read(lease)).lease
      const next = { ...seen.record, leaseTransitions: seen.record.leaseTransitions + 1 }
      try {
        versions.push((await store.replace(seen, next)).lease.version)
      } catch (error) {
        if (!(error instanceof LeaseConflictError)) throw error
      }
    }
    store.close()
    return versions
  },
  /** Writes on and on, and says how that ended. */
  async fill() {
    try {
      const store = await SqliteLeaseStore.open({ file })
      let seen = (await store.read(lease)).lease
      for (;;) {
        const annotations = { 'lockstep.dev/text': 'x'.repeat(100_000) }
        seen = (await store.replace(seen, { ...seen.record, annotations })).lease
      }
    } catch (error) {
      const { code, outcome, retryable, message } = error as LeaseStoreError
      return { code, outcome, retryable, message }
    }
  },
}

console.log(JSON.stringify(await ACTIONS[action]?.()))
