import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { StaleTokenError } from '../../leases/fenced-resource.ts'
import {
  type FencingToken,
  formatToken,
  IncomparableTokensError,
} from '../../leases/fencing-token.ts'
import { markdownBlocks } from '../meta/markdown-blocks.ts'
import { ROOT } from '../meta/repository.ts'
import { ObjectStoreStandIn } from './http/object-store-stand-in.ts'

type ChangeFenced = (
  url: string,
  token: FencingToken,
  change: (value: unknown) => unknown,
) => Promise<void>

// Inside the repository, so that it can import the package by its name.
const folder = join(ROOT, '.cache', `recipe-${process.pid}`)
const changeFenced = await documentedRecipe()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The recipe of docs/locks.md, as it is there. */
async function documentedRecipe(): Promise<ChangeFenced> {
  const page = readFileSync(join(ROOT, 'docs/locks.md'), 'utf8')
  const block = markdownBlocks(page).find(({ text }) => text.includes('function changeFenced'))
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'change-fenced.ts')
  writeFileSync(file, block?.text ?? '')
  return (await import(file)).changeFenced
}

const [early, late] = [6n, 7n].map((number) => ({ epoch: 'store.1', number })) as [
  FencingToken,
  FencingToken,
]
let store: ObjectStoreStandIn
let url: string

beforeEach(async () => {
  const started = await ObjectStoreStandIn.start()
  onTestFinished(() => started.close())
  store = started
  url = started.urlOf('report')
})

const write = (token: FencingToken, value: unknown) => changeFenced(url, token, () => value)
const content = (): unknown => JSON.parse(store.objects.get('report')?.content ?? 'null')

it('takes the writes of a holder, and none of an earlier one that wakes up late', async () => {
  await write(early, 'a')
  await write(early, 'b')
  await write(late, 'c')
  await expect(write(early, 'd')).rejects.toThrow(StaleTokenError)
  expect(content()).toEqual({ token: formatToken(late), value: 'c' })
})

it('refuses an earlier one that has read before a later one wrote, and writes after that', async () => {
  await write(early, 'a')
  store.beforeNextWrite = () => write(late, 'b')
  await expect(write(early, 'c')).rejects.toThrow(StaleTokenError)
  expect(content()).toEqual({ token: formatToken(late), value: 'b' })
})

it('refuses it also if the later one has written nothing but its token yet', async () => {
  await write(early, 'a')
  store.beforeNextWrite = () => changeFenced(url, late, (value) => value)
  await expect(write(early, 'c')).rejects.toThrow(StaleTokenError)
  expect(content()).toEqual({ token: formatToken(late), value: 'a' })
})

it('lets one of two make the object', async () => {
  store.beforeNextWrite = () => write(late, 'b')
  await expect(write(early, 'a')).rejects.toThrow(StaleTokenError)
  expect(content()).toEqual({ token: formatToken(late), value: 'b' })
})

it('changes what is there by then if somebody of the same hold wrote in between', async () => {
  await write(late, ['a'])
  const append = (value: string) =>
    changeFenced(url, late, (values) => [...(values as string[]), value])
  store.beforeNextWrite = () => append('b')
  await append('c')
  expect(content()).toMatchObject({ value: ['a', 'b', 'c'] })
})

it('can be called again when its answer was lost', async () => {
  store.losesNextAnswer = true
  await expect(write(late, 'a')).rejects.toThrow('fetch failed')
  await write(late, 'a')
  expect(content()).toEqual({ token: formatToken(late), value: 'a' })
})

it('compares nothing with tokens of another store', async () => {
  await write({ epoch: 'other.1', number: 1n }, 'a')
  await expect(write(late, 'b')).rejects.toThrow(IncomparableTokensError)
})

it.each([
  ['without a tag', undefined],
  ['with a weak one', 'W/"1"'],
])('does not write to an object %s, which nothing can match', async (_, etag) => {
  await write(early, 'a')
  store.etagOf = () => etag
  await expect(write(late, 'b')).rejects.toThrow(/answers 200 with the ETag/)
  expect(content()).toMatchObject({ value: 'a' })
})

it('does not write over what somebody has written without a token', async () => {
  await fetch(url, { method: 'PUT', body: JSON.stringify({ value: 'a' }) })
  await expect(write(late, 'b')).rejects.toThrow('has no token')
})

it('is no fence where the token is in the metadata and tags are of the content', async () => {
  const put = (token: FencingToken, value: string, condition: Record<string, string>) =>
    fetch(url, {
      method: 'PUT',
      headers: { ...condition, [ObjectStoreStandIn.METADATA]: formatToken(token) },
      body: value,
    })
  await put(early, 'a', {})
  const { headers } = await fetch(url)
  const read = { 'If-Match': headers.get('etag') ?? '' }
  // A later holder makes the object know its token, and has not changed the content yet.
  expect((await put(late, 'a', read)).status).toBe(200)
  expect((await put(early, 'late', read)).status).toBe(200)
})
