import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { KubernetesError } from '../../kubernetes/errors.ts'
import { KubernetesClient, type WatchEvent } from '../../kubernetes/kubernetes-client.ts'
import type { KubernetesTransport } from '../../kubernetes/transport.ts'
import { freePort } from '../control-plane/free-port.ts'
import { type ListeningServer, listening } from './listening-server.ts'

export interface TransportContractProps {
  readonly name: string
  /** One that the transport trusts. */
  readonly newServer: (listener: RequestListener) => Server
  readonly open: (port: number, token: () => Promise<string>) => KubernetesTransport
}

const never = () => {}
const json = { 'content-type': 'application/json' }

/** What every `KubernetesTransport` must do, seen through the client that all of our code uses. */
export function describeTransport({ name, newServer, open }: TransportContractProps): void {
  const servers: ListeningServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close()
  })

  async function serve(
    listener: RequestListener,
    token = async () => 'secret',
    timeoutMs = 20_000,
  ) {
    const server = await listening(newServer(listener))
    servers.push(server)
    return clientOn(server.port, token, timeoutMs)
  }
  const clientOn = (port: number, token = async () => 'secret', timeoutMs = 20_000) =>
    new KubernetesClient({ transport: open(port, token), timeoutMs, maxAnswerBytes: 100_000 })

  describe(`${name} as a KubernetesTransport`, () => {
    it('sends what it is given, as whoever it is, and gives all of the answer', async () => {
      const seen: unknown[] = []
      const client = await serve(async (request, response) => {
        seen.push(request.method, request.url, request.headers, await text(request))
        response.writeHead(
          299,
          [
            ['content-type', 'application/json'],
            ['warning', '299 - "one"'],
            ['warning', '299 - "two"'],
          ].flat(),
        )
        response.end('{"said":"ü"}')
      })
      const answer = await client.send({
        method: 'PATCH',
        path: '/apis/x?fieldManager=y',
        body: { name: 'ä' },
        contentType: 'application/merge-patch+json',
      })
      expect(seen).toEqual([
        'PATCH',
        '/apis/x?fieldManager=y',
        expect.objectContaining({
          authorization: 'Bearer secret',
          accept: 'application/json',
          'content-type': 'application/merge-patch+json',
          'user-agent': 'lockstep',
        }),
        '{"name":"ä"}',
      ])
      expect([answer.status, answer.body]).toEqual([299, { said: 'ü' }])
      expect(answer.headers.get('warning')).toBe('299 - "one", 299 - "two"')
      expect(Date.parse(answer.headers.get('date') ?? '')).not.toBeNaN()
    })

    it.each(['DELETE', 'POST'])(
      'says how long the body of a %s is, which would else be taken for the next request',
      async (method) => {
        const seen: string[] = []
        const client = await serve(async (request, response) => {
          seen.push(await text(request))
          response.writeHead(200, json).end('{}')
        })
        const body = { preconditions: { resourceVersion: '1' } }
        for (let call = 0; call < 2; call++) {
          expect((await client.send({ method, path: '/x', body })).status).toBe(200)
        }
        expect(seen).toEqual([JSON.stringify(body), JSON.stringify(body)])
      },
    )

    it('asks for the token before every request', async () => {
      const tokens = ['first', 'second']
      const seen: (string | undefined)[] = []
      const client = await serve(
        (request, response) => {
          seen.push(request.headers.authorization)
          response.writeHead(200, json).end('{}')
        },
        async () => tokens.shift() ?? '',
      )
      await client.call({ path: '/a' })
      await client.call({ path: '/a' })
      expect(seen).toEqual(['Bearer first', 'Bearer second'])
    })

    it('knows that nothing happened if there is no token', async () => {
      const client = await serve(never, async () => {
        throw new Error('no such file')
      })
      const error = await failure(client.call({ method: 'PUT', path: '/a', body: {} }))
      expect(error).toMatchObject({ code: 'KUBERNETES_UNREACHABLE', outcome: 'none' })
      expect(error.message).toContain('no such file')
    })

    it('knows that nothing happened if nobody listens', async () => {
      const client = clientOn(await freePort())
      const error = await failure(client.call({ method: 'PUT', path: '/a', body: {} }))
      expect(error).toMatchObject({
        code: 'KUBERNETES_UNREACHABLE',
        outcome: 'none',
        retryable: true,
      })
    })

    it.each([
      ['PUT', 'unknown'],
      ['GET', 'none'],
    ])('tells a %s whose connection is lost before the answer: %s', async (method, outcome) => {
      const client = await serve((request) => request.socket.destroy())
      const error = await failure(client.call({ method, path: '/a' }))
      expect(error).toMatchObject({ code: 'KUBERNETES_UNREACHABLE', outcome, retryable: true })
    })

    it('tells a connection that is lost in the middle of an answer', async () => {
      const client = await serve((_, response) => {
        response.writeHead(200, { ...json, 'content-length': '100' })
        response.write('{"half":', () => response.destroy())
      })
      const error = await failure(client.call({ method: 'PUT', path: '/a' }))
      expect(error).toMatchObject({ code: 'KUBERNETES_UNREACHABLE', outcome: 'unknown' })
    })

    it.each([
      ['answer', never],
      ['rest of an answer', (_: IncomingMessage, response) => response.writeHead(200).write('{')],
    ] as [string, RequestListener][])(
      'waits for the %s no longer than it may',
      async (_, listener) => {
        const client = await serve(listener, undefined, 300)
        const error = await failure(client.call({ method: 'PUT', path: '/a' }))
        expect(error).toMatchObject({ code: 'KUBERNETES_UNREACHABLE', outcome: 'unknown' })
        expect(error.message).toContain('PUT /a did not succeed: there was no answer within 300 ms')
      },
    )

    it('is interrupted with the reason of whoever interrupts', async () => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const client = await serve(() => controller.abort(reason))
      const call = client.call({ method: 'PUT', path: '/a', signal: controller.signal })
      await expect(call).rejects.toBe(reason)
      const late = client.call({ method: 'PUT', path: '/a', signal: controller.signal })
      await expect(late).rejects.toBe(reason)
    })

    it('reads no answer that is longer than it should be', async () => {
      const client = await serve((_, response) => {
        response.writeHead(200, json).end(`{"long":"${'x'.repeat(200_000)}"}`)
      })
      const error = await failure(client.call({ method: 'PUT', path: '/a' }))
      expect(error).toMatchObject({ code: 'KUBERNETES_ANSWER', status: 200, outcome: 'unknown' })
      expect(error.message).toContain('longer than 100000 bytes')
    })

    it('never follows a redirect with its token', async () => {
      const seen: (string | undefined)[] = []
      const client = await serve((request, response) => {
        seen.push(request.url)
        response.writeHead(307, { location: '/elsewhere' }).end()
      })
      const error = await failure(client.call({ path: '/a' }))
      expect(error).toMatchObject({ code: 'KUBERNETES_ANSWER', status: 307, outcome: 'none' })
      expect(seen).toEqual(['/a'])
    })

    it('gives the events of a watch as they come, however they are cut', async () => {
      const bytes = Buffer.from(`${event('ADDED', 'ü')}\n${event('DELETED', 'b')}\n`)
      const cut = bytes.indexOf(Buffer.from('ü')) + 1
      const client = await serve((_, response) => {
        response.writeHead(200, json)
        response.write(bytes.subarray(0, cut), () => {
          setTimeout(() => response.end(bytes.subarray(cut)), 50)
        })
      })
      expect(await all(client.watch('/a?watch=1', AbortSignal.timeout(20_000)))).toEqual([
        { type: 'ADDED', object: { name: 'ü' } },
        { type: 'DELETED', object: { name: 'b' } },
      ])
    })

    it('ends the connection of a watch that nobody reads any more', async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const client = await serve((request, response) => {
        request.socket.once('close', () => resolve())
        response.writeHead(200, json).write(`${event('ADDED', 'a')}\n`)
      })
      for await (const { type } of client.watch('/a?watch=1', AbortSignal.timeout(20_000))) {
        expect(type).toBe('ADDED')
        break
      }
      await promise
    })

    it('interrupts a watch, but not because it lasts', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      try {
        const controller = new AbortController()
        let say = never
        const client = await serve((_, response) => {
          say = () => response.write(`${event('ADDED', 'a')}\n`)
          response.writeHead(200, json)
          say()
        })
        const watch = client.watch('/a?watch=1', controller.signal)
        expect((await watch.next()).value).toMatchObject({ type: 'ADDED' })
        vi.advanceTimersByTime(3_600_000)
        say()
        expect((await watch.next()).value).toMatchObject({ type: 'ADDED' })
        const interrupted = watch.next()
        controller.abort(new Error('enough'))
        await expect(interrupted).rejects.toThrow('enough')
      } finally {
        vi.useRealTimers()
      }
    })

    it('tells a watch that is lost', async () => {
      const client = await serve((_, response) => {
        response.writeHead(200, json).write(`${event('ADDED', 'a')}\n`, () => response.destroy())
      })
      const watch = client.watch('/a?watch=1', AbortSignal.timeout(20_000))
      expect((await watch.next()).value).toMatchObject({ type: 'ADDED' })
      expect(await failure(watch.next())).toMatchObject({ code: 'KUBERNETES_UNREACHABLE' })
    })
  })
}

const event = (type: string, name: string) => JSON.stringify({ type, object: { name } })

async function all(events: AsyncIterable<WatchEvent>): Promise<WatchEvent[]> {
  const seen: WatchEvent[] = []
  for await (const event of events) seen.push(event)
  return seen
}

export async function failure(call: Promise<unknown>): Promise<KubernetesError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(KubernetesError)
  return error as KubernetesError
}
