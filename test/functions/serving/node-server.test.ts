import { once } from 'node:events'
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent, request as tlsRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { NodeServer, type NodeServerProps } from '../../../functions/serving/node-server.ts'
import { eventually } from '../../control-plane/eventually.ts'
import { selfMadeCertificate } from '../../kubernetes/self-made-certificate.ts'

const AN_HOUR = 3_600_000
const LOCAL = { host: '127.0.0.1', port: 0 }

async function serve(
  fetch: NodeServerProps['fetch'],
  props: Partial<NodeServerProps> = {},
): Promise<NodeServer> {
  const options = { fetch, listen: LOCAL, drainMs: 0, stopWithinMs: AN_HOUR, ...props }
  const server = await NodeServer.start(options)
  onTestFinished(async () => {
    const stopped = server.stop()
    void server.stop()
    await stopped
  })
  return server
}

/** Answers once it is told to. */
function gate() {
  const entered = Promise.withResolvers<Request>()
  const opened = Promise.withResolvers<void>()
  return {
    entered: entered.promise,
    open: () => opened.resolve(),
    async fetch(request: Request) {
      entered.resolve(request)
      await opened.promise
      return new Response('in the end')
    },
  }
}

describe('NodeServer', () => {
  it('answers as the function does', async () => {
    const server = await serve(async (request) => {
      const { pathname, search } = new URL(request.url)
      const body = `${request.method} ${pathname}${search} ${await request.text()}`
      return new Response(body, { status: 201, headers: { 'x-said': 'yes' } })
    })
    const response = await fetch(`${server.address}/a?b=c`, { method: 'PUT', body: 'ü' })
    expect([response.status, response.headers.get('x-said')]).toEqual([201, 'yes'])
    expect(await response.text()).toBe('PUT /a?b=c ü')
  })

  it('answers by HTTPS with a certificate', async () => {
    const { certificate, key } = selfMadeCertificate()
    const server = await serve(async () => new Response('secret'), { tls: { certificate, key } })
    expect(server.address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    const said = Promise.withResolvers<string>()
    const agent = new Agent({ ca: certificate })
    tlsRequest(server.address, { agent }, async (answer) => said.resolve(await text(answer)))
      .once('error', said.reject)
      .end()
    expect(await said.promise).toBe('secret')
    agent.destroy()
  })

  it('has no certificate without its own key', async () => {
    const { certificate } = selfMadeCertificate()
    const { key } = selfMadeCertificate()
    for (const tls of [
      { certificate, key },
      { certificate, key: 'no key' },
      { certificate: 'no certificate', key },
    ]) {
      await expect(serve(async () => new Response(), { tls })).rejects.toMatchObject({
        code: 'UNUSABLE_CERTIFICATE',
        remedy: expect.stringContaining('Use the key'),
      })
    }
  })

  it('says where it cannot listen', async () => {
    const server = await serve(async () => new Response())
    const port = Number(new URL(server.address).port)
    const again = serve(async () => new Response(), { listen: { ...LOCAL, port } })
    await expect(again).rejects.toMatchObject({ code: 'SERVER_ADDRESS' })
    await expect(again).rejects.toThrow(`Cannot listen at 127.0.0.1:${port}: `)
  })

  it('aborts the signal of a request whose caller has gone', async () => {
    const { entered, fetch: hold, open } = gate()
    const server = await serve(hold)
    const caller = new AbortController()
    const asking = fetch(server.address, { signal: caller.signal }).catch(() => 'gone')
    const { signal } = await entered
    caller.abort()
    expect(await asking).toBe('gone')
    await untilAborted(signal)
    open()
  })

  it('says that it is not ready while it drains, and still answers', async () => {
    const server = await serve(async () => new Response('still here'), { drainMs: AN_HOUR })
    expect((await fetch(`${server.address}/readyz`)).status).toBe(200)
    void server.stop()
    const ready = await fetch(`${server.address}/readyz`)
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { code: 'NOT_READY', retryable: true, outcome: 'none' },
    ])
    const response = await fetch(`${server.address}/v1`)
    expect(await response.text()).toBe('still here')
    expect(response.headers.get('connection')).toBe('close')
  })

  it('finishes what is under way, takes nothing new, and then is gone', async () => {
    const { entered, fetch: hold, open } = gate()
    const server = await serve(hold)
    const { address } = server
    const asked = fetch(address)
    await entered
    const stopped = server.stop()
    await expect(untilRefused(address)).resolves.toBe('ECONNREFUSED')
    open()
    expect(await (await asked).text()).toBe('in the end')
    expect(await stopped).toBe(true)
  })

  it('waits for no connection that is kept for a next request', async () => {
    const server = await serve(async () => new Response('one'))
    expect(await (await fetch(server.address)).text()).toBe('one')
    expect(await server.stop()).toBe(true)
  })

  it('leaves out the while when it is asked again', async () => {
    const server = await serve(async () => new Response(), { drainMs: AN_HOUR })
    const stopped = server.stop()
    void server.stop()
    expect(await stopped).toBe(true)
  })

  it.each([
    ['while it drains', AN_HOUR],
    ['while it finishes', 0],
  ])('cuts off what takes too long %s', async (_, drainMs) => {
    const { entered, fetch: hold, open } = gate()
    const server = await serve(hold, { drainMs, stopWithinMs: 50 })
    const asked = fetch(server.address).then(
      () => 'answered',
      () => 'cut off',
    )
    const { signal } = await entered
    expect(await server.stop()).toBe(false)
    expect(await asked).toBe('cut off')
    await untilAborted(signal)
    open()
  })
})

describe('A NodeServer that has many connections', () => {
  const MOST = 20

  it.each(['http', 'https'])(
    'answers whoever asks, by %s, however many others only connect',
    async (scheme) => {
      const tls = selfMadeCertificate()
      const server = await serve(async () => new Response('here'), {
        mostConnections: MOST,
        ...(scheme === 'https' && { tls }),
      })
      const crowd = new Crowd(server)
      await crowd.come(3 * MOST)
      await crowd.untilLeft(MOST)
      for (let asked = 0; asked < 5; asked++) {
        expect(await answerOf(server, tls.certificate)).toBe('here')
        await crowd.come(MOST)
      }
    },
  )

  it('cuts off none whose request is being answered, nor one that has just asked for those that never did', async () => {
    const { entered, fetch: hold, open } = gate()
    const server = await serve(
      (request) => (request.url.endsWith('/slow') ? hold(request) : new Response('here')),
      { mostConnections: MOST },
    )
    const slow = fetch(`${server.address}/slow`)
    await entered
    const agent = new PlainAgent({ keepAlive: true, maxSockets: 1 })
    const isKept = () =>
      new Promise<boolean>((resolve, reject) => {
        const asking = plainRequest(server.address, { agent }, (answer) => {
          answer.resume().once('end', () => resolve(asking.reusedSocket))
        })
        asking.once('error', reject).end()
      })
    expect(await isKept()).toBe(false)
    const crowd = new Crowd(server)
    await crowd.come(3 * MOST)
    await crowd.untilLeft(MOST - 2)
    expect(await isKept()).toBe(true)
    open()
    expect(await (await slow).text()).toBe('in the end')
    agent.destroy()
  })

  it('cuts off none that has just come for the next one, where others have asked and stay', async () => {
    const server = await serve(async () => new Response('here'), { mostConnections: MOST })
    const staying = new Crowd(server, REQUEST)
    await staying.come(2 * MOST)
    await staying.untilLeft(MOST)
    const { port } = new URL(server.address)
    const slow = connect(Number(port), '127.0.0.1')
    onTestFinished(() => void slow.destroy())
    await once(slow, 'connect')
    // Before a word of it has come.
    await new Crowd(server).come(2)
    slow.end(REQUEST)
    expect(await text(slow)).toContain('here')
  })

  it('takes no more of them than it can answer', async () => {
    const { entered, fetch: hold, open } = gate()
    const server = await serve(hold, { mostConnections: 1 })
    const first = fetch(server.address)
    await entered
    await expect(fetch(server.address)).rejects.toThrow('fetch failed')
    open()
    expect(await (await first).text()).toBe('in the end')
    expect(await (await fetch(server.address)).text()).toBe('in the end')
  })
})

const REQUEST = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'

/** Those who connect, and ask for nothing, or once and stay. */
class Crowd {
  readonly #port: number
  readonly #sends: string
  readonly #there = new Set<Socket>()

  constructor({ address }: NodeServer, sends = '') {
    this.#port = Number(new URL(address).port)
    this.#sends = sends
    onTestFinished(() => {
      for (const socket of this.#there) socket.destroy()
    })
  }

  async come(count: number): Promise<void> {
    for (let came = 0; came < count; came++) {
      const socket = connect(this.#port, '127.0.0.1')
      socket.on('error', () => {})
      socket.once('close', () => this.#there.delete(socket))
      await once(socket, 'connect')
      this.#there.add(socket)
      if (this.#sends === '') continue
      socket.write(this.#sends)
      await once(socket, 'data')
    }
  }

  async untilLeft(most: number): Promise<void> {
    const left = async () => this.#there.size
    await eventually(`${most} of them are left`, left, (count) => count <= most, 20)
  }
}

function answerOf(server: NodeServer, ca: string): Promise<string> {
  const said = Promise.withResolvers<string>()
  const take = (answer: IncomingMessage) => void text(answer).then(said.resolve, said.reject)
  const asking = server.address.startsWith('https')
    ? tlsRequest(server.address, { agent: new Agent({ ca }) }, take)
    : plainRequest(server.address, { agent: false }, take)
  asking.once('error', said.reject).end()
  return said.promise
}

const untilAborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', resolve)
  })

/** What a new connection gets once nobody takes it. */
async function untilRefused(address: string): Promise<string> {
  while (true) {
    const refused = await new Promise<string | undefined>((resolve) => {
      const asking = plainRequest(address, { agent: false })
      asking.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
      asking.once('socket', (socket) =>
        socket.once('connect', () => {
          asking.destroy()
          resolve(undefined)
        }),
      )
      asking.end()
    })
    if (refused !== undefined && refused !== 'ECONNRESET') return refused
  }
}
