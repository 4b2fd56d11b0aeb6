import type { RecordSpec } from './record.ts'

/** Revisions whose renditions a rollout may still need; the branch keeps no others. */
export const neededRevisions = ({
  rollout,
  queued,
  heldBack,
  former,
}: RecordSpec): ReadonlySet<string> =>
  new Set([
    ...(rollout === undefined ? [] : [rollout.base, rollout.candidate]),
    ...(queued === undefined ? [] : [queued.revision]),
    ...heldBack.map(({ revision }) => revision),
    ...former,
  ])
