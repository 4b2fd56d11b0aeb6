import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldChanges } from '../../gitops/field-changes.ts'

const container = (name: string, image: string) => ({ name, image, ports: [{ containerPort: 80 }] })

describe('fields that differ', () => {
  it.each([
    ['a value', { a: { b: 1 } }, { a: { b: 2 } }, [{ field: 'a.b', before: 1, after: 2 }]],
    ['a new field', { a: {} }, { a: { b: 1 } }, [{ field: 'a.b', before: undefined, after: 1 }]],
    ['a field that goes', { a: 1 }, {}, [{ field: 'a', before: 1, after: undefined }]],
    [
      'an item of a list by its name, whatever its position',
      { c: [container('web', 'web:1')] },
      { c: [container('proxy', 'proxy:1'), container('web', 'web:2')] },
      [
        { field: 'c[web].image', before: 'web:1', after: 'web:2' },
        { field: 'c[proxy]', before: undefined, after: container('proxy', 'proxy:1') },
      ],
    ],
    [
      'a list of words as a whole',
      { args: ['a', 'b'] },
      { args: ['a', 'c'] },
      [{ field: 'args', before: ['a', 'b'], after: ['a', 'c'] }],
    ],
    [
      'an item without a name by its position',
      { list: [{ x: 1 }, { x: 2 }] },
      { list: [{ x: 1 }, { x: 3 }] },
      [{ field: 'list[1].x', before: 2, after: 3 }],
    ],
    [
      'a key that is no word',
      { labels: { 'example.com/a': 'x' } },
      { labels: { 'example.com/a': 'y' } },
      [{ field: 'labels["example.com/a"]', before: 'x', after: 'y' }],
    ],
    [
      'another kind of value',
      { a: [1] },
      { a: { b: 1 } },
      [{ field: 'a', before: [1], after: { b: 1 } }],
    ],
  ])('are found: %s', (_what, before, after, changes) => {
    expect(fieldChanges(before, after)).toEqual(changes)
  })

  it('are none between equal values, and some between others', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(fieldChanges(a, structuredClone(a))).toEqual([])
        const isEqual = JSON.stringify(a) === JSON.stringify(b)
        if (!isEqual && typeof a !== 'object') expect(fieldChanges(a, b)).not.toEqual([])
      }),
    )
  })
})
