import { describe, expect, it } from 'vitest'
import { isFollowed, isNewer, newestRelease, VERSIONS } from '../../images/tag-rule.ts'

const TAGS = [
  'latest',
  '1.4.0',
  'v1.4.10',
  '1.4.9',
  '2.0.0-rc.1',
  '1.10.0',
  '2.0.1-alpine',
  '01',
  '1.4',
]

describe('The newest release', () => {
  it.each([
    ['*', '1.10.0'],
    ['1', '1.10.0'],
    ['1.x', '1.10.0'],
    ['1.4', 'v1.4.10'],
    ['1.4.x', 'v1.4.10'],
    ['2.x', undefined],
    ['1.40', undefined],
  ])('of %s is %s, whatever order they are in', (versions, newest) => {
    expect(VERSIONS.test(versions)).toBe(true)
    expect(newestRelease(versions, TAGS)).toBe(newest)
    expect(newestRelease(versions, TAGS.toReversed())).toBe(newest)
  })

  it.each(['', '1.4.0', '^1.4', '>=1', 'x', '1.*', '1.x.3', 'v1', '1..'])(
    '%j is no range',
    (versions) => {
      expect(VERSIONS.test(versions)).toBe(false)
    },
  )
})

describe('A tag', () => {
  it('is followed by its name, or as a release of the range', () => {
    expect(isFollowed({ tag: 'main' }, 'main')).toBe(true)
    expect(isFollowed({ tag: 'main' }, 'main2')).toBe(false)
    expect(isFollowed({ versions: '1.x' }, '1.9.3')).toBe(true)
    expect(isFollowed({ versions: '1.x' }, '1.9.3-rc.1')).toBe(false)
    expect(isFollowed({ versions: '*' }, 'latest')).toBe(false)
  })

  it('is newer by numbers, not by letters', () => {
    expect(isNewer('1.10.0', '1.9.9')).toBe(true)
    expect(isNewer('1.9.9', '1.10.0')).toBe(false)
    expect(isNewer('1.9.9', 'v1.9.9')).toBe(false)
    expect(isNewer('0.0.1', 'latest')).toBe(true)
    expect(isNewer('latest', '0.0.1')).toBe(false)
  })
})
