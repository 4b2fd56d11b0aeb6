import { formerRevisions } from './former-revisions.ts'
import { committed } from './moved.ts'
import type { RecordSpec, Rollout } from './record.ts'

/**
 * The record once an abort goes back to another revision, which somebody has released without a canary:
 * what was stable before may never get ready again, as when its image is gone.
 *
 * Requests stay where the abort has them. While stable's template comes first, they leave the canary once
 * the pods of this one were seen; where they are on stable already, its pods are replaced under them.
 *
 * @param rollout that is being aborted
 * @param revision what is stable in the end; it may be the candidate
 */
export function redirectAbort(record: RecordSpec, rollout: Rollout, revision: string): RecordSpec {
  const { queued: _, ...rest } = record
  return {
    ...rest,
    rollout: { ...committed(rollout, 'workloads'), base: revision },
    heldBack: record.heldBack.filter((held) => held.revision !== revision),
    former: formerRevisions(record.former, { stable: revision, before: rollout.base }),
  }
}
