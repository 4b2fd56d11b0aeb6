import type { Closure } from './decision.ts'
import type { RolloutPlan } from './plan.ts'
import type { RecordSpec } from './record.ts'

/** An app of an environment, as far as others wait for it. */
export interface WaveMember {
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly plan: RolloutPlan
  readonly record: RecordSpec
}

const FIRST_WAVE = 1

export const waveOf = ({ spec }: RolloutPlan): number => spec.wave ?? FIRST_WAVE

/**
 * What an app has to wait for before its release starts: every earlier wave has to be over, and well;
 * `undefined` if nothing is. Waves are a barrier at the start alone: what is in flight goes on.
 */
export function waveClosure(
  member: WaveMember,
  members: readonly WaveMember[],
): Closure | undefined {
  const wave = waveOf(member.plan)
  const before = members.filter(({ plan }) => waveOf(plan) < wave)
  for (const { app, plan, record } of before) {
    const state = stateOf(record)
    if (state === undefined) continue
    return { reason: `wave ${wave} waits for ${app} of wave ${waveOf(plan)}, ${state}` }
  }
  return undefined
}

function stateOf(record: RecordSpec): string | undefined {
  if (record.rollout !== undefined) return `whose rollout ${record.rollout.id} is in flight`
  if (record.queued !== undefined) return `whose revision ${record.queued.revision} is queued`
  return wasAbortedLast(record) ? 'whose last rollout was aborted' : undefined
}

/** Whether nothing has become stable since a rollout was aborted. */
export const wasAbortedLast = ({ count, heldBack }: RecordSpec): boolean =>
  heldBack[0]?.rollout?.endsWith(`-${count}`) ?? false
