import type { ProtectedObject } from './protected-object.ts'
import type { SharedWriter } from './shared-writer.ts'

export interface FenceProps {
  /** Name of the lock, which is that of its Lease. */
  readonly lock: string
  readonly protects: readonly ProtectedObject[]
  readonly sharedWith: readonly SharedWriter[]
}
