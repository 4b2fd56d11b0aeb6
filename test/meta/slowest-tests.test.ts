import { describe, expect, it } from 'vitest'
import { slowestTests } from '../slowest-tests.ts'

describe('The slowest tests', () => {
  it('are the ten that took longest, in seconds, the slowest first', () => {
    const tests = Array.from({ length: 12 }, (_, index) => ({
      name: `test ${index}`,
      file: 'test/some.test.ts',
      durationMs: index * 1000 + 40,
    }))

    const lines = slowestTests(tests)

    expect(lines).toHaveLength(10)
    expect(lines[0]).toBe('  11.0 s  test/some.test.ts: test 11')
    expect(lines[9]).toBe('   2.0 s  test/some.test.ts: test 2')
  })
})
