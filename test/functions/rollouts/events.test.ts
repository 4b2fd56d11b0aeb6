import { describe, expect, it } from 'vitest'
import { eventually } from '../../control-plane/eventually.ts'
import { VirtualClock } from '../../leases/virtual-clock.ts'
import { ROLLOUT, type RolloutWorld, type Shown, worldInMemory } from './rollout-world.ts'

interface Heard {
  readonly event: string
  readonly id: string
  readonly data: Shown
}

/** Somebody who listens, as a browser does. */
class Listener {
  readonly heard: Heard[] = []
  readonly comments: string[] = []
  readonly response: Response
  readonly ended: Promise<void>
  readonly #gone: AbortController

  private constructor(response: Response, gone: AbortController) {
    this.response = response
    this.#gone = gone
    this.ended = this.#read()
  }

  static async start(
    { app }: Pick<RolloutWorld, 'app'>,
    lastEventId?: string,
    path = '/events',
  ): Promise<Listener> {
    const gone = new AbortController()
    const response = await app.request(path, {
      headers: {
        authorization: 'Bearer token-of-alice',
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      signal: gone.signal,
    })
    return new Listener(response, gone)
  }

  leave(): Promise<void> {
    this.#gone.abort()
    return this.ended
  }

  async until(isDone: (heard: readonly Heard[]) => boolean): Promise<readonly Heard[]> {
    return eventually('it heard', async () => this.heard, isDone)
  }

  async #read(): Promise<void> {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of this.response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      const messages = text.split('\n\n')
      text = messages.pop() ?? ''
      for (const message of messages) this.#take(message)
    }
  }

  #take(message: string): void {
    const fields = message.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string])
    const field = (name: string) => fields.find(([key]) => key === name)?.[1]
    this.comments.push(...fields.flatMap(([key, value]) => (key === '' ? [value] : [])))
    const event = field('event')
    if (event === undefined) return
    this.heard.push({ event, id: field('id') ?? '', data: JSON.parse(field('data') ?? '') })
  }
}

const actionsOf = (heard: readonly Heard[]) =>
  heard.flatMap(({ data }) => data.changes?.map(({ action }: Shown) => action) ?? [])

describe('Whoever listens', () => {
  it('begins with what there is, and hears of each commit with its id', async () => {
    const world = await worldInMemory()
    await world.tick()
    const listener = await Listener.start(world)
    expect(listener.response.headers.get('content-type')).toContain('text/event-stream')
    await listener.until(({ length }) => length === 1)
    expect(listener.heard[0]).toMatchObject({ event: 'reset', data: { environment: 'prod' } })
    await world.until(({ rollout }) => rollout?.stage.part === 'live')
    await world.alice.call('POST', `${ROLLOUT}/abort`, { body: { reason: 'enough' } })
    const heard = await listener.until((all) => actionsOf(all).includes('abort'))
    expect(actionsOf(heard)).toEqual(['shift', 'abort'])
    const tip = await world.release.place.remote.tip('deploy')
    expect(heard.at(-1)).toMatchObject({
      event: 'rollouts',
      id: tip,
      data: {
        commit: tip,
        environment: 'prod',
        changes: [{ actor: 'alice', evidence: ['enough'] }],
      },
    })
    await listener.leave()
  })

  it('comes again and has missed nothing', async () => {
    const world = await worldInMemory()
    await world.tick()
    const first = await Listener.start(world)
    const [reset] = await first.until(({ length }) => length === 1)
    await first.leave()
    await world.until(({ rollout }) => rollout?.stage.step === 2)
    const again = await Listener.start(world, reset!.id)
    const heard = await again.until((all) => all.length > 1)
    expect(heard.map(({ event }) => event)).not.toContain('reset')
    expect(actionsOf(heard).slice(0, 2)).toEqual(['shift', 'shift'])
    await again.leave()
  })

  it.each(['f'.repeat(40), 'nonsense'])(
    'is told that it may have missed something since %s',
    async (id) => {
      const world = await worldInMemory()
      await world.tick()
      const listener = await Listener.start(world, id)
      expect((await listener.until(({ length }) => length > 0))[0]?.event).toBe('reset')
      await listener.leave()
    },
  )

  it('hears of its namespace alone', async () => {
    const world = await worldInMemory()
    await world.tick()
    const listener = await Listener.start(world, undefined, '/events?namespace=bank')
    await listener.until(({ length }) => length === 1)
    await world.until(({ rollout }) => rollout?.stage.part === 'live')
    const heard = await listener.until(({ length }) => length === 2)
    expect(heard[1]?.data.changes).toEqual([])
    await listener.leave()
  })

  it('is told that the connection lives, and cut off after a while', async () => {
    const time = new VirtualClock()
    const { clock } = time
    const streams = { heartbeatMs: 15_000, holdMs: 40_000 }
    const world = await worldInMemory({ props: { streams, clock }, target: { clock } })
    const listener = await Listener.start(world)
    await time.until(listener.ended)
    expect(listener.comments.filter((comment) => comment === 'alive')).toHaveLength(3)
    expect(time.nowMs).toBeLessThan(45_000)
    expect(listener.heard.map(({ event }) => event)).toEqual(['reset'])
  })

  it('is told what is new and sent away where no connections are held', async () => {
    const world = await worldInMemory({ props: { streams: { holdMs: 0 } } })
    await world.tick()
    const listener = await Listener.start(world)
    await listener.ended
    expect(listener.comments[0]).toContain('this platform holds no connections')
    const { id } = listener.heard[0]!
    await world.until(({ rollout }) => rollout?.stage.part === 'live')
    const again = await Listener.start(world, id)
    await again.ended
    expect(actionsOf(again.heard)).toEqual(['shift'])
  })

  it('is one of so many, and makes room when it leaves', async () => {
    const world = await worldInMemory({ props: { streams: { listeners: 1 } } })
    const listener = await Listener.start(world)
    const refused = await world.alice.call('GET', '/events')
    expect(refused).toMatchObject({ status: 503, body: { code: 'TOO_MANY_LISTENERS' } })
    expect(refused.headers.get('retry-after')).toBe('10')
    await listener.leave()
    await eventually(
      'there is room',
      async () => {
        const next = await Listener.start(world)
        await next.leave()
        return next.response.status
      },
      (status) => status === 200,
    )
  })

  it('is let go when whoever serves is being stopped', async () => {
    const stopping = new AbortController()
    const world = await worldInMemory({ props: { stopping: stopping.signal } })
    const listener = await Listener.start(world)
    await listener.until(({ length }) => length === 1)
    stopping.abort()
    await listener.ended
  })
})
