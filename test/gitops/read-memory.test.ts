import { expect, it } from 'vitest'
import { ReadMemory } from '../../gitops/read-memory.ts'

/** A memory, and what it had to read. */
function remembering(textOf: (id: string) => string | undefined = (id) => id) {
  const memory = new ReadMemory()
  const asked: string[] = []
  const read = async (missing: readonly string[]) => {
    asked.push(...missing)
    return new Map(
      missing.flatMap((id) => {
        const text = textOf(id)
        return text === undefined ? [] : [[id, text] as const]
      }),
    )
  }
  return { memory, asked, read }
}

it('reads what it does not know yet, each once', async () => {
  const { memory, asked, read } = remembering()
  memory.lookedAt('c0ffee')
  await memory.contents(['a', 'b', 'a'], read)
  memory.lookedAt('c0ffee')
  expect(await memory.contents(['c', 'b'], read)).toEqual(
    new Map([
      ['c', 'c'],
      ['b', 'b'],
    ]),
  )
  expect(asked).toEqual(['a', 'b', 'c'])
})

it('asks again for what was not there', async () => {
  const { memory, asked, read } = remembering(() => undefined)
  expect(await memory.contents(['a'], read)).toEqual(new Map())
  await memory.contents(['a'], read)
  expect(asked).toEqual(['a', 'a'])
})

it('asks again after a failure', async () => {
  const { memory } = remembering()
  const fails = () => Promise.reject(new Error('no answer'))
  await expect(memory.files('c0ffee', 'prod', fails)).rejects.toThrow('no answer')
  expect(await memory.files('c0ffee', 'prod', async () => new Map())).toEqual(new Map())
})

it('tells apart what is asked for', async () => {
  const { memory } = remembering()
  const log = (limit: number, message: string) =>
    memory.log({ commit: 'c0ffee', path: 'prod', limit }, async () => [
      { id: message, parents: [], message, author: { name: '', email: '' }, committedAtMs: 0 },
    ])
  expect(await log(1, 'one')).toMatchObject([{ message: 'one' }])
  expect(await log(2, 'two')).toMatchObject([{ message: 'two' }])
  expect(await log(1, 'other')).toMatchObject([{ message: 'one' }])
})

it.each([
  ['the branch has moved', 'x', 'decade'],
  ['it was much', 'x'.repeat(33 * 1024 * 1024), 'c0ffee'],
])('forgets when %s', async (_, text, tip) => {
  const { memory, asked, read } = remembering(() => text)
  memory.lookedAt('c0ffee')
  await memory.contents(['a'], read)
  memory.lookedAt(tip)
  await memory.contents(['a'], read)
  expect(asked).toEqual(['a', 'a'])
})
