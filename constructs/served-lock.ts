import { Construct } from 'constructs'
import { list } from './collection-shapes.ts'
import type { Environment } from './environment.ts'
import type { Lock } from './lock.ts'
import type { Mistakes } from './mistakes.ts'
import { Namespace } from './namespace.ts'
import { readBy, reportWrong, type Shape, shape } from './shape.ts'

/** A lock that is served, and where it is. */
export interface ServedLock {
  readonly name: string
  readonly namespace: string
  readonly slots: number
  /** Name of the Role that lets read and update its Leases. */
  readonly role: string
}

/** By what it has, since an app may have its own copy of the package. */
const LOCK: Shape<Lock> = shape({
  expected: 'a Lock',
  example: "new Lock(shop, 'ledger')",
  is: (value) => Construct.isConstruct(value) && 'queueLease' in (value as object),
})

const ANY_LOCKS = list(LOCK)

export const LOCKS: Shape<readonly Lock[]> = readBy(
  { ...ANY_LOCKS, expected: 'a list with a Lock in it' },
  (value, option, mistakes, self) =>
    Array.isArray(value) && value.length === 0
      ? reportWrong(self, value, option, mistakes)
      : ANY_LOCKS.read(value, option, mistakes),
)

/**
 * Those that can be served from an environment, in an order that does not depend on how they were given.
 *
 * @param environment `undefined` for what is in none, which has been reported then
 */
export function servedLocks(
  locks: readonly Lock[],
  environment: Environment | undefined,
  mistakes: Mistakes,
): readonly ServedLock[] {
  const served = locks.flatMap((lock, index): readonly ServedLock[] => {
    const option = `locks[${index}]`
    const home = Namespace.tryOf(lock)
    // A lock that is in no namespace has said so itself.
    if (home === undefined) return []
    if (environment !== undefined && home.environment !== environment) {
      mistakes.add({
        option,
        value: lock.node.id,
        problem: `is in environment '${home.environment.name}', and this one in '${environment.name}'`,
        remedy: 'Leave it out, or make a ControlPlane in its environment',
      })
      return []
    }
    if (locks.indexOf(lock) < index) {
      mistakes.add({
        option,
        value: lock.node.id,
        problem: 'is in the list twice',
        remedy: 'Leave it out',
      })
      return []
    }
    const { slots, role } = lock
    return [
      { name: lock.leases[0]?.name ?? lock.node.id, namespace: home.name, slots, role: role.name },
    ]
  })
  return served.sort((one, other) => (describeLock(one) < describeLock(other) ? -1 : 1))
}

/** As a server of locks reads it: `shop/import:3` has three slots. */
export const describeLock = ({ namespace, name, slots }: ServedLock): string =>
  `${namespace}/${name}${slots === 1 ? '' : `:${slots}`}`
