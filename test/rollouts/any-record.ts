import fc from 'fast-check'
import type {
  Abort,
  ApprovalGate,
  ForwardStage,
  GivenApproval,
  HeldBackRevision,
  RecordSpec,
  Rollout,
  RolloutRecord,
  Stage,
} from '../../rollouts/record.ts'
import { recordOf } from '../../rollouts/record-file.ts'
import { allNastyStrings } from '../manifests/nasty-strings.ts'

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...allNastyStrings))
const filled = text.filter((value) => value !== '')
const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/)
const revision = fc.stringMatching(/^[bcdfghjklmnpqrstvwxz2456789]{10}$/)
const time = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString())
const count = fc.integer({ min: 1, max: 1000 })

const gate = {
  step: fc.integer({ min: 1, max: 20 }),
  gate: fc.constantFrom<ApprovalGate['gate'][]>('enter', 'leave'),
}

const forward: fc.Arbitrary<ForwardStage> = fc.oneof(
  fc.record({
    phase: fc.constant('progressing' as const),
    step: fc.nat(20),
    part: fc.constantFrom('scaling' as const, 'live' as const),
  }),
  fc.constant({ phase: 'promoting' as const }),
  fc.constant({ phase: 'shifting-back' as const }),
)

const abort = fc.record<Abort, 'reason' | 'at' | 'holdsBack'>(
  { reason: text, by: filled, at: time, holdsBack: fc.boolean() },
  { requiredKeys: ['reason', 'at', 'holdsBack'] },
)

const where: fc.Arbitrary<{ stage: Stage; abort?: Abort }> = fc.oneof(
  forward.map((stage) => ({ stage })),
  fc.record({
    stage: fc.record({
      phase: fc.constant('aborting' as const),
      part: fc.constantFrom('template' as const, 'traffic' as const),
      from: forward,
    }),
    abort,
  }),
)

const approval = fc.record<GivenApproval>({ ...gate, by: filled, proof: text, at: time })

type Extras = Pick<Rollout, 'isRollback' | 'paused' | 'hastened' | 'awaiting'>

const extras = fc.record<Extras, never>(
  {
    isRollback: fc.constant(true),
    paused: fc.record({ by: filled, reason: text, at: time }),
    hastened: count,
    awaiting: fc.record({ ...gate, since: time }),
  },
  { requiredKeys: [] },
)

const rollout = (rolloutsSoFar: number): fc.Arbitrary<Rollout> =>
  fc
    .record({
      revisions: fc.uniqueArray(revision, { minLength: 2, maxLength: 2 }),
      where,
      extras,
      need: count,
      commits: count,
      since: time,
      startedAt: time,
      approvals: fc.array(approval, { maxLength: 3 }),
    })
    .map(({ revisions: [candidate = '', base = ''], where: place, extras: more, ...rest }) => ({
      id: `${candidate}-${rolloutsSoFar}`,
      candidate,
      base,
      ...place,
      ...more,
      ...rest,
      changed: { workloads: rest.commits, traffic: rest.commits - 1 },
    }))

const heldBack = fc.record<HeldBackRevision>({ revision, rollout: text, reason: text })

const spec: fc.Arbitrary<RecordSpec> = count.chain((rolloutsSoFar) =>
  fc.record<RecordSpec, 'count' | 'heldBack' | 'former'>(
    {
      count: fc.constant(rolloutsSoFar),
      rollout: rollout(rolloutsSoFar),
      queued: fc.oneof(
        fc.record({ revision }),
        fc.record({
          revision,
          request: fc.record({
            kind: fc.constantFrom('retry' as const, 'rollback' as const),
            by: filled,
          }),
        }),
      ),
      heldBack: fc.uniqueArray(heldBack, { selector: (one) => one.revision, maxLength: 3 }),
      former: fc.uniqueArray(revision, { maxLength: 3 }),
      unsettled: fc.record({ rollout: text, at: time, syncs: fc.array(text, { maxLength: 3 }) }),
    },
    { requiredKeys: ['count', 'heldBack', 'former'] },
  ),
)

/** A record as Lockstep may write it, with texts that are hard to write down. */
export const anyRecord: fc.Arbitrary<RolloutRecord> = fc
  .record({ app: name, namespace: name, spec })
  .map((one) => recordOf(`${one.namespace}/${one.app}`, one.spec))
