import { describe, expect, it } from 'vitest'
import { selects, selectsByMap } from '../../manifests/label-selector.ts'

const labels = { app: 'web', tier: 'front', empty: '' }
const expression = (operator: string, key: string, values?: readonly string[]): unknown => ({
  matchExpressions: [values === undefined ? { key, operator } : { key, operator, values }],
})

describe('a label selector', () => {
  it.each([
    ['nothing, when it is missing', undefined, false],
    ['everything, when it is empty', {}, true],
    ['pods with its labels', { matchLabels: { app: 'web' } }, true],
    ['no pods that lack one of its labels', { matchLabels: { app: 'web', zone: 'a' } }, false],
    ['no pods with another value', { matchLabels: { app: 'api' } }, false],
    ['pods with an empty value, if that is asked for', { matchLabels: { empty: '' } }, true],
    [
      'no pods without the label, if an empty value is asked for',
      { matchLabels: { zone: '' } },
      false,
    ],
    ['one of several values', expression('In', 'app', ['api', 'web']), true],
    ['none of other values', expression('In', 'app', ['api']), false],
    ['no pods without the label by In', expression('In', 'zone', ['a']), false],
    ['no pods with an excluded value', expression('NotIn', 'app', ['web']), false],
    ['pods with another value by NotIn', expression('NotIn', 'app', ['api']), true],
    ['pods without the label by NotIn', expression('NotIn', 'zone', ['a']), true],
    ['pods that have the label', expression('Exists', 'app'), true],
    ['pods that have the label with no value', expression('Exists', 'empty'), true],
    ['no pods that lack the label', expression('Exists', 'zone'), false],
    ['pods that lack the label', expression('DoesNotExist', 'zone'), true],
    ['no pods that have the label, by DoesNotExist', expression('DoesNotExist', 'empty'), false],
    ['nothing by an operator that does not exist', expression('Matches', 'app', ['w.*']), false],
    [
      'only what both of its parts select',
      {
        matchLabels: { app: 'web' },
        matchExpressions: [{ key: 'tier', operator: 'In', values: ['back'] }],
      },
      false,
    ],
    ['nothing, when an expression is not one', { matchExpressions: ['app'] }, false],
  ])('selects %s', (_, selector, expected) => {
    expect(selects(selector, labels)).toBe(expected)
  })

  it('is not fooled by what every object inherits', () => {
    expect(selects(expression('Exists', 'constructor'), labels)).toBe(false)
    expect(selects(expression('DoesNotExist', 'toString'), labels)).toBe(true)
  })
})

describe('the selector of a Service', () => {
  it.each([
    ['nothing, when it is missing', undefined, false],
    ['nothing, when it is empty', {}, false],
    ['pods with its labels', { app: 'web', tier: 'front' }, true],
    ['no pods that lack one of its labels', { app: 'web', zone: 'a' }, false],
  ])('selects %s', (_, selector, expected) => {
    expect(selectsByMap(selector, labels)).toBe(expected)
  })
})
