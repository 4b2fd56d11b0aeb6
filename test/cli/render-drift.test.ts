import { expect, it } from 'vitest'
import { renderDrift } from '../../cli/render-drift.ts'
import type { DriftedFile } from '../../gitops/drift.ts'

const plain = (_format: unknown, text: string) => text

const lines = (drift: Partial<DriftedFile>) =>
  renderDrift(
    { path: 'web.yaml', app: 'shop/web', state: 'edited', outcome: 'kept', fields: [], ...drift },
    plain,
    80,
  )

it('tells what a file says instead of ours, what counts first', () => {
  const fields = [
    { field: 'metadata.labels.team', before: 'b', after: 'a' },
    { field: 'spec.paused', before: true, after: undefined },
    { field: 'spec.replicas', before: undefined, after: 3 },
    { field: 'spec.text', before: 'x'.repeat(90), after: 'y'.repeat(90) },
  ]
  expect(lines({ fields })).toEqual([
    'drift web.yaml was edited by hand on the branch, kept as it is; --overwrite-drift undoes the edit',
    '      spec.paused: true instead of nothing',
    '      spec.replicas: nothing instead of 3',
    `      spec.text: ${'x'.repeat(24)}… instead of ${'y'.repeat(24)}…`,
    '      metadata.labels.team: b instead of a',
  ])
})

it('counts the fields that are too many to show', () => {
  const fields = Array.from({ length: 14 }, (_, index) => ({
    field: `spec.field${index}`,
    before: 1,
    after: 2,
  }))
  const shown = lines({ fields, outcome: 'conflict' })
  expect(shown).toHaveLength(14)
  expect(shown.at(-1)).toBe('      and 2 more fields')
  expect(lines({ fields: fields.slice(0, 13) }).at(-1)).toBe('      and 1 more field')
})

it('leaves out what is undone, which is shown as a change', () => {
  const fields = [{ field: 'spec.replicas', before: 9, after: 3 }]
  expect(lines({ fields, outcome: 'overwritten' })).toEqual([
    'drift web.yaml was edited by hand on the branch, and the edit is undone',
  ])
})
