import { randomUUID } from 'node:crypto'
import { beforeEach, expect, it } from 'vitest'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { type FunctionAnswer, FunctionCaller, functionOf, ShiftedClock } from './function-caller.ts'

const hold = () => `/v1/locks/shop/ledger/holds/${randomUUID()}`
const time = new ShiftedClock()
let store: MemoryLeaseStore
let callers: Readonly<Record<'alice' | 'bob' | 'carol' | 'dave', FunctionCaller>>

beforeEach(() => {
  time.offsetMs = 0
  store = new MemoryLeaseStore({ now: time.clock.wallMs })
  const instances = [1, 2].map(() => functionOf({ store, clock: time.clock }))
  const callerOf = (name: string) => new FunctionCaller(instances, name)
  callers = {
    alice: callerOf('alice'),
    bob: callerOf('bob'),
    carol: callerOf('carol'),
    dave: callerOf('dave'),
  }
})

/** Stands in line, or comes again there. */
const stand = (
  name: keyof typeof callers,
  path: string,
  before?: FunctionAnswer,
  body: object = {},
): Promise<FunctionAnswer> => {
  const { observation } = before?.body ?? {}
  return callers[name].call('PUT', path, {
    body: { ...body, waitSeconds: 0, ...(observation !== undefined && { observation }) },
  })
}

/** Alice has it, bob is first in line, and carol second. Then alice gives it back. */
async function line() {
  const [alices, bobs, carols] = [hold(), hold(), hold()]
  const { body } = await callers.alice.call('PUT', alices, { body: {} })
  expect((await stand('bob', bobs)).body).toMatchObject({ ahead: 0 })
  const queued = await stand('carol', carols)
  expect(queued.body).toMatchObject({ ahead: 1 })
  await callers.alice.call('DELETE', alices, { handle: body.handle })
  return { bobs, carols, queued }
}

it('passes whoever is first and does not come, for one who brings back since when', async () => {
  const { bobs, carols, queued } = await line()
  let answer = await stand('carol', carols, queued)
  for (const seconds of [2, 2, 2, 1]) {
    expect(answer).toMatchObject({ status: 202, body: { ahead: 1 } })
    time.offsetMs += seconds * 1000
    answer = await stand('carol', carols, answer)
  }
  // Its turn is over after seven seconds, and the store's clock may be behind by one.
  expect(answer.status).toBe(202)
  time.offsetMs += 1000
  const got = await stand('carol', carols, answer)
  expect(got.status).toBe(201)

  expect(await stand('bob', bobs)).toMatchObject({ status: 202, body: { ahead: 0, waiting: 1 } })
  await callers.carol.call('DELETE', carols, { handle: got.body.handle })
  expect((await stand('bob', bobs)).status).toBe(201)
})

it('passes nobody for one who brings nothing', async () => {
  const { bobs, carols, queued } = await line()
  for (const seconds of [4, 4, 4]) {
    const { observation: _, ...body } = queued.body
    expect((await stand('carol', carols, { ...queued, body })).status).toBe(202)
    time.offsetMs += seconds * 1000
  }
  expect((await stand('bob', bobs)).status).toBe(201)
})

it('passes nobody who comes as often as it was told', async () => {
  const { bobs, carols, queued } = await line()
  time.offsetMs += 2000
  const before = await stand('carol', carols, queued)
  time.offsetMs += 3000
  const first = await stand('bob', bobs)
  expect(first.status).toBe(201)
  time.offsetMs += 4000
  expect((await stand('carol', carols, before)).body).toMatchObject({ ahead: 0, waiting: 1 })
})

it('passes whoever is first behind a holder that died, and comes without what it saw', async () => {
  const [bobs, carols] = [hold(), hold()]
  await callers.alice.call('PUT', hold(), { body: { ttlSeconds: 10 } })
  await stand('bob', bobs)
  let answer = await stand('carol', carols)
  for (; answer.status === 202 && time.offsetMs < 60_000; time.offsetMs += 2000) {
    expect(await stand('bob', bobs)).toMatchObject({ status: 202, body: { ahead: 0 } })
    answer = await stand('carol', carols, answer)
  }
  expect(answer.status).toBe(201)
})

it('remembers what was seen of a slot while another one is free for those ahead', async () => {
  const slots = { ttlSeconds: 20, slots: 2 }
  const [daves, bobs, carols] = [hold(), hold(), hold()]
  expect((await callers.alice.call('PUT', hold(), { body: slots })).status).toBe(201)
  const { body } = await callers.dave.call('PUT', daves, { body: slots })
  await stand('bob', bobs, undefined, slots)
  const first = await stand('carol', carols, undefined, slots)
  time.offsetMs += 4000
  await stand('bob', bobs, undefined, slots)
  await callers.dave.call('DELETE', daves, { handle: body.handle })
  const meanwhile = await stand('carol', carols, first, slots)
  expect(meanwhile).toMatchObject({ status: 202, body: { ahead: 1 } })
  expect((await stand('bob', bobs, undefined, slots)).status).toBe(201)
  time.offsetMs += 22_000
  expect((await stand('carol', carols, meanwhile, slots)).status).toBe(201)
})
