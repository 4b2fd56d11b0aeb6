import { describe, expect, it } from 'vitest'
import { MinorVersions } from '../../../checks/schema/minor-versions.ts'

const minors = new MinorVersions(['1.31', '1.32', '1.33', '1.34', '1.35', '1.36'])

describe('Minor versions', () => {
  it.each<[versions: string[], described: string]>([
    [['1.31'], '1.31'],
    [['1.32', '1.31'], '1.31 and 1.32'],
    [['1.31..1.36'], '1.31 to 1.36'],
    [['1.31', '1.33', '1.35'], '1.31, 1.33, 1.35'],
    [['v1.33.4', ' 1.34 '], '1.33 and 1.34'],
    [['1.34..1.34'], '1.34'],
  ])('%j are %s', (versions, described) => {
    expect(minors.describe(minors.set(versions))).toBe(described)
  })

  it.each<[range: `${string}-${string}` | undefined, life: string]>([
    [undefined, 'from 1.31 on'],
    ['1.33-', 'from 1.33 on'],
    ['1.31-1.33', 'up to 1.33'],
    ['1.33-1.34', 'in 1.33 and 1.34 only'],
  ])('in a range %s last %s', (range, life) => {
    expect(minors.describeLife(minors.range(range))).toBe(life)
  })

  it('refuse a range that ends before it begins', () => {
    expect(() => minors.set(['1.36..1.31'])).toThrow("Nothing is known of Kubernetes '1.36..1.31'")
  })
})
