import type { ChangedSection } from './enter-step.ts'
import type { Rollout, Stage } from './record.ts'

export interface MovedTo {
  readonly stage: Stage
  /** The synced folder that the commit changes; absent if it changes none. */
  readonly section?: ChangedSection
  readonly nowMs: number
}

/** A rollout after the commit that takes it to a stage. What was waited for is over. */
export function moved(rollout: Rollout, { stage, section, nowMs }: MovedTo): Rollout {
  const { awaiting, hastened, ...rest } = committed(rollout, section)
  return { ...rest, stage, since: timestamp(nowMs) }
}

/** A rollout after one more commit in the same stage. */
export function committed(rollout: Rollout, section?: ChangedSection): Rollout {
  const commits = rollout.commits + 1
  const changed =
    section === undefined ? rollout.changed : { ...rollout.changed, [section]: commits }
  return { ...rollout, commits, changed }
}

/** RFC 3339, to the millisecond. */
export const timestamp = (ms: number): string => new Date(ms).toISOString()
