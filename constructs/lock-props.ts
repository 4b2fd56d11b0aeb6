import { list } from './collection-shapes.ts'
import type { LockMode } from './lock-leases.ts'
import { LOCK_USER, type LockUser } from './lock-user.ts'
import { type Options, optional } from './options.ts'
import { PROTECTED_OBJECTS, type ProtectedObject } from './protected-object.ts'
import { SHARED_WRITER, type SharedWriter } from './shared-writer.ts'
import { oneOf, whole } from './value-shapes.ts'

export interface LockProps {
  /**
   * How many may hold it at once. Whoever uses the lock says the same number, and gets nothing else.
   * Holds go on when it is changed, but for those in slots that are taken away: these cannot be renewed.
   *
   * @default 1
   */
  readonly slots?: number

  /**
   * Who may contend. `fenced`: only holders with fencing tokens, and the API server refuses all
   * others. `interop`: electors of client-go too, so nobody can rely on a token.
   *
   * @default 'fenced'
   */
  readonly mode?: LockMode

  /**
   * Objects of the namespace that nobody but the holder writes. The API server refuses whoever has
   * an older token, as `FencingPolicy` says.
   *
   * @default - none
   */
  readonly protects?: readonly ProtectedObject[]

  /**
   * Who writes the protected objects all the same, without a token.
   *
   * @default - nobody
   */
  readonly sharedWith?: readonly SharedWriter[]

  /**
   * Who may hold it, wait for it and keep its runs.
   *
   * @default - nobody is bound to the Role
   */
  readonly users?: readonly LockUser[]
}

/** Whoever looks for a free slot reads them all. */
const MOST_SLOTS = 100

export const LOCK_OPTIONS = {
  slots: optional(whole({ least: 1, most: MOST_SLOTS, example: 3 })),
  mode: optional(oneOf(['fenced', 'interop'])),
  protects: optional(PROTECTED_OBJECTS),
  sharedWith: optional(list(SHARED_WRITER)),
  users: optional(list(LOCK_USER)),
} satisfies Options<LockProps>
