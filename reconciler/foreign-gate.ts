import { MalformedRecordError } from '../rollouts/malformed-record-error.ts'
import { readReleaseGates } from '../rollouts/read-release-gates.ts'
import { freezeState } from './freeze-state.ts'
import { APPROVED, type Gate, pending, shut } from './gate-state.ts'

/**
 * Whether a release may go on that somebody else drives, so that the branch has no record of it: not while
 * one of its freeze windows is on.
 *
 * @param text of its gates; `undefined` if it has none
 * @param path of those on the branch
 */
export function foreignGate(text: string | undefined, path: string): Gate {
  if (text === undefined) return withoutRecord
  try {
    const { freezeWindows } = readReleaseGates(text, path).spec
    return async (asked) => (await freezeState(freezeWindows, asked.nowMs)) ?? withoutRecord(asked)
  } catch (error) {
    // A newer Lockstep may have written what this one cannot read: in doubt nothing goes on.
    if (error instanceof MalformedRecordError) return shut(error.message)
    throw error
  }
}

/** A yes is for one step of one revision, and here is no record that it could be kept in. */
const withoutRecord: Gate = async ({ role }) =>
  role === undefined ? APPROVED : pending(`${role} has to approve, where the release is driven`)
