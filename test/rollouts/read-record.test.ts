import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedRecordError } from '../../rollouts/malformed-record-error.ts'
import { readRecord } from '../../rollouts/read-record.ts'
import type { RolloutRecord } from '../../rollouts/record.ts'
import { recordFile, recordOf } from '../../rollouts/record-file.ts'
import { anyRecord } from './any-record.ts'

const record: RolloutRecord = recordOf('shop/checkout', {
  count: 3,
  rollout: {
    id: 'bcdfghjklm-3',
    candidate: 'bcdfghjklm',
    base: 'nprstvwxz2',
    stage: { phase: 'progressing', step: 2, part: 'live' },
    since: '2026-11-26T09:00:00.000Z',
    need: 6,
    startedAt: '2026-11-26T08:50:00.000Z',
    commits: 4,
    changed: { workloads: 3, traffic: 4 },
    approvals: [
      { step: 1, gate: 'leave', by: 'alice', proof: 'git', at: '2026-11-26T08:55:00.000Z' },
    ],
  },
  queued: { revision: 'kkkkkkkkkk' },
  heldBack: [{ revision: 'hhhhhhhhhh', rollout: 'hhhhhhhhhh-2', reason: 'too many errors' }],
  former: ['ffffffffff', 'gggggggggg'],
})

const PATH = 'prod/rollouts/shop/checkout/record.yaml'
const { path, text } = recordFile(record)

it('lies beside the plan of its app', () => {
  expect(`prod/${path}`).toBe(PATH)
})

it('is written so that people can read it', () => {
  expect(text).toMatchInlineSnapshot(`
    "apiVersion: lockstep.dev/v1alpha1
    kind: RolloutRecord
    metadata:
      name: checkout
      namespace: shop
    spec:
      count: 3
      former:
        - ffffffffff
        - gggggggggg
      heldBack:
        - reason: too many errors
          revision: hhhhhhhhhh
          rollout: hhhhhhhhhh-2
      queued:
        revision: kkkkkkkkkk
      rollout:
        approvals:
          - at: "2026-11-26T08:55:00.000Z"
            by: alice
            gate: leave
            proof: git
            step: 1
        base: nprstvwxz2
        candidate: bcdfghjklm
        changed:
          traffic: 4
          workloads: 3
        commits: 4
        id: bcdfghjklm-3
        need: 6
        since: "2026-11-26T09:00:00.000Z"
        stage:
          part: live
          phase: progressing
          step: 2
        startedAt: "2026-11-26T08:50:00.000Z"
    "
  `)
})

it('is read back as it was written, byte for byte when written again', () => {
  fc.assert(
    fc.property(anyRecord, (any) => {
      const file = recordFile(any)
      const read = readRecord(file.text, `prod/${file.path}`)
      expect(read).toEqual(any)
      expect(recordFile(read).text).toBe(file.text)
    }),
  )
})

function refusalOf(broken: string, at = PATH): MalformedRecordError {
  try {
    readRecord(broken, at)
  } catch (error) {
    if (error instanceof MalformedRecordError) return error
    throw error
  }
  throw new Error('It was read')
}

const problemsIn = (broken: string, at = PATH): string[] =>
  refusalOf(broken, at).problems.map(({ field, problem }) => `${field} ${problem}`)

function edited(line: RegExp, into: string): string {
  const changed = text.replace(line, into)
  if (changed === text) throw new Error(`No line is like ${line}`)
  return changed
}

describe.each<readonly [what: string, broken: string, problem: string]>([
  ['an empty file', '', '(root) must be one document, and there are 0'],
  ['a conflict marker', `<<<<<<< HEAD\n${text}`, 'line 2, column 11 cannot be read as YAML'],
  ['a plan', edited(/RolloutRecord/, 'RolloutPlan'), 'kind must be RolloutRecord'],
  ['another app', edited(/name: checkout/, 'name: cart'), 'metadata is of another app'],
  ['a later version', edited(/v1alpha1/, 'v2'), 'apiVersion is not lockstep.dev/v1alpha1'],
  ['a phase that there is not', edited(/phase: progressing/, 'phase: done'), 'spec.rollout.stage.'],
  ['half a step', edited(/step: 2\n/, 'step: 1.5\n'), 'spec.rollout.stage.step must be a whole'],
  ['a step below none', edited(/step: 2\n/, 'step: -1\n'), 'spec.rollout.stage.step must be a'],
  ['no pods', edited(/need: 6/, 'need: 0'), 'spec.rollout.need must be a whole number of at least'],
  [
    'a time of day',
    edited(/startedAt: .*/, 'startedAt: "09:00"'),
    'spec.rollout.startedAt must be a time with its offset',
  ],
  ['a way out', edited(/candidate: .*/, 'candidate: ../x'), 'spec.rollout.candidate must be the'],
  ['a rollout to itself', edited(/base: .*/, 'base: bcdfghjklm'), 'spec.rollout.candidate must'],
  ['the id of another rollout', edited(/id: .*/, 'id: bcdfghjklm-2'), 'spec.rollout.id must be'],
  [
    'a commit to come',
    edited(/traffic: 4/, 'traffic: 5'),
    'spec.rollout.changed.traffic must be one of the 4 commits',
  ],
  [
    'an abort without its stage',
    edited(
      /need: 6/,
      'abort: { at: "2026-11-26T08:55:00Z", holdsBack: true, reason: x }\n    need: 6',
    ),
    'spec.rollout.stage must be that of an abort',
  ],
  ['a revision twice', edited(/gggggggggg/, 'ffffffffff'), 'spec.former[1] is there twice'],
  ['a field too many', edited(/ {2}count: 3/, '  count: 3\n  force: true'), 'spec.force is not a'],
])('%s', (_, broken, problem) => {
  it('is refused, with where and what', () => {
    expect(problemsIn(broken).map((found) => found.slice(0, problem.length))).toContain(problem)
  })
})

it('says all of it at once, and how to get back', () => {
  const error = refusalOf(
    text.replace('need: 6', 'need: many').replace('count: 3', 'count: -3').replace('step: 2', ''),
  )
  expect(error).toMatchObject({ code: 'MALFORMED_RECORD', path: PATH })
  expect(error.message).toMatchInlineSnapshot(`
    "prod/rollouts/shop/checkout/record.yaml is not what Lockstep has written:
      - spec.count must be a whole number, got -3
      - spec.rollout.stage.step must be given, as a number
      - spec.rollout.need must be a number, got "many""
  `)
  expect(error.remedy).toMatchInlineSnapshot(
    `"Bring it back with \`lockstep rollout repair shop/checkout --env prod\`, or restore it from an earlier commit of the branch (\`git log -- prod/rollouts/shop/checkout/record.yaml\`)"`,
  )
})

it('whatever stands anywhere, it is read or refused, and nothing else happens', () => {
  fc.assert(
    fc.property(anyRecord, fc.nat(), fc.string(), (any, at, nonsense) => {
      const file = recordFile(any)
      const place = at % file.text.length
      const broken = file.text.slice(0, place) + nonsense + file.text.slice(place + 3)
      try {
        readRecord(broken, `prod/${file.path}`)
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedRecordError)
      }
    }),
  )
})
