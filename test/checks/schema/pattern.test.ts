import { describe, expect, it } from 'vitest'
import { compilePattern } from '../../../checks/schema/pattern.ts'

describe('A Go pattern', () => {
  it.each([
    ['^[a-z]+$', 'abc', 'ABC'],
    ['^(?:a|b)$', 'b', 'c'],
    ['^\\d+\\/\\w$', '1/a', 'a/1'],
    ['^.$', '😀', 'ab'],
    ['^a\\-b$', 'a-b', 'ab'],
  ])('%s takes %s and not %s', (pattern, right, wrong) => {
    const regExp = compilePattern(pattern)
    expect(regExp?.test(right)).toBe(true)
    expect(regExp?.test(wrong)).toBe(false)
  })

  it.each(['(?i)abc', '^[[:alpha:]]+$', '\\Aabc\\z', '\\pL+', '(?P<name>a)', 'a(?-s).b', '('])(
    '%s is left to the API server',
    (pattern) => {
      expect(compilePattern(pattern)).toBeUndefined()
    },
  )
})
