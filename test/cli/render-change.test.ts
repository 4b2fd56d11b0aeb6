import { describe, expect, it } from 'vitest'
import { renderChange } from '../../cli/render-change.ts'

const REPOSITORY = 'registry.example.com/a-team-with-a-long-name/catalog'
const image = (tag: string, digit: string) => `${REPOSITORY}:${tag}@sha256:${digit.repeat(64)}`

describe('a change of a long value', () => {
  it('begins where the two differ, at a part that a person can read', () => {
    const change = renderChange(image('2.14.1', 'a'), image('2.15.0', 'b'), 30)
    expect(change).toEqual(['…2.14.1@sha256:aaaaaaaaaaaaaa…', '…2.15.0@sha256:bbbbbbbbbbbbbb…'])
  })

  it('is shown whole where it fits', () => {
    expect(renderChange('registry/a:1', 'registry/a:2', 30)).toEqual([
      'registry/a:1',
      'registry/a:2',
    ])
    expect(renderChange(undefined, 'x', 30)).toEqual(['undefined', 'x'])
  })

  it('begins at the beginning where that differs', () => {
    const [before = '', after = ''] = renderChange('a'.repeat(50), 'b'.repeat(50), 20)
    expect([before, after]).toEqual([`${'a'.repeat(19)}…`, `${'b'.repeat(19)}…`])
  })
})
