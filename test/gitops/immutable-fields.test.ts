import { describe, expect, it } from 'vitest'
import { immutableChanges } from '../../gitops/immutability.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import type { ChangeCase } from './change-case.ts'
import { OBJECT_CHANGES } from './immutable-objects.cases.ts'
import { WORKLOAD_CHANGES } from './immutable-workloads.cases.ts'

const CHANGES = [...WORKLOAD_CHANGES, ...OBJECT_CHANGES]

const judge = ({ before, after }: ChangeCase): readonly string[] =>
  immutableChanges({
    object: 'it',
    app: 'shop/web',
    adopted: false,
    before: { object: before, path: 'a.yaml' },
    after: { object: after, path: 'a.yaml' },
  })

describe('the table of immutable fields', () => {
  it.each(CHANGES)('knows: $what', (change) => {
    expect(judge(change)).toEqual(change.refused)
  })

  it.each(CHANGES)('finds nothing where nothing changes: $what', ({ what, before }) => {
    expect(judge({ what, before, after: structuredClone(before), refused: [] })).toEqual([])
  })
})

describeWithCluster('The API server', (cluster) => {
  it.each(CHANGES)('agrees with the table: $what', async ({ before, after, refused }) => {
    const name = `t${Math.random().toString(36).slice(2)}`
    const [old, next] = [before, after].map((object) => ({
      ...object,
      metadata: { ...object.metadata, name },
    }))
    if (old === undefined || next === undefined) throw new Error('unreachable')
    await cluster.apply([old])
    const verdict = await cluster.dryRun(next)
    expect([verdict.accepted, verdict.message]).toEqual(
      refused.length === 0
        ? [true, '']
        : [
            false,
            expect.stringMatching(
              /immutable|forbidden|not be changed|may not change|cannot change|may not be specified|only allowed for/i,
            ),
          ],
    )
    if (refused.length > 0) expect(verdict.status).toBe(422)
  })
})
