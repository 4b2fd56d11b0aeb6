import { isRecord } from '../manifests/kubernetes-object.ts'
import type { Mistakes } from './mistakes.ts'
import { memberOf, readBy, reportWrong, type Shape } from './shape.ts'

/** A list. What is none of its items is reported and left out. */
export const list = <T>(item: Shape<T>): Shape<readonly T[]> =>
  readBy(
    {
      expected: 'a list',
      example: (value) => `[${item.example(value)}]`,
    },
    (value, option, mistakes, self) =>
      Array.isArray(value)
        ? // A hole of a sparse list is an item too.
          Array.from(value, (each: unknown, index) =>
            item.read(each, `${option}[${index}]`, mistakes),
          ).filter((each) => each !== undefined)
        : reportWrong(self, value, option, mistakes),
  )

/** Values by name. What is none of its values is reported and left out. */
export const map = <T>(value: Shape<T>, exampleKey: string): Shape<Readonly<Record<string, T>>> =>
  readBy(
    {
      expected: 'an object',
      example: () => `{ ${exampleKey}: ${value.example(undefined)} }`,
    },
    (given, option, mistakes, self) => {
      if (!isRecord(given)) return reportWrong(self, given, option, mistakes)
      const entries = Object.entries(given).flatMap(([key, each]): [string, T][] => {
        if (isLost(key, option, mistakes)) return []
        const read = value.read(each, memberOf(option, key), mistakes)
        return read === undefined ? [] : [[key, read]]
      })
      return Object.fromEntries(entries)
    },
  )

/** A name that objects do not keep: assigning it sets the prototype instead. */
export function isLost(key: string, option: string, mistakes: Mistakes): boolean {
  if (key !== '__proto__') return false
  mistakes.add({
    option,
    problem: 'has a key `__proto__`, which JavaScript takes for something else and drops',
    remedy: 'Use another name',
  })
  return true
}
