import type { RequestListener } from 'node:http'
import { createServer, type ServerOptions } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import type { Credentials } from '../../kubernetes/credentials.ts'
import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { NodeTransport } from '../../kubernetes/node-transport.ts'
import { type ListeningServer, listening } from './listening-server.ts'
import { selfMadeCertificate } from './self-made-certificate.ts'
import { describeTransport, failure } from './transport-contract.ts'

const { certificate, key } = selfMadeCertificate()
const other = selfMadeCertificate('another cluster')
const person = selfMadeCertificate('jane')
const trusting: Credentials = { certificateAuthority: certificate }
const newServer = (listener: RequestListener, options: ServerOptions = {}) =>
  createServer({ cert: certificate, key, ...options }, listener)
const newTransport = (port: number, credentials: () => Credentials | Promise<Credentials>) =>
  new NodeTransport({ server: `https://127.0.0.1:${port}`, credentials })

describeTransport({
  name: 'NodeTransport',
  newServer,
  open: (port, token) => newTransport(port, async () => ({ ...trusting, token: await token() })),
})

describe('NodeTransport', () => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  async function connect(
    credentials: () => Credentials,
    server: ReturnType<typeof newServer> = newServer((_, response) => response.end('ok')),
  ): Promise<{ client: KubernetesClient; server: ListeningServer }> {
    const started = await listening(server)
    const transport = newTransport(started.port, credentials)
    closing.push(() => transport.close(), started.close)
    return { client: new KubernetesClient({ transport, timeoutMs: 20_000 }), server: started }
  }

  it('keeps its connection', async () => {
    const { client, server } = await connect(() => trusting)
    for (let call = 0; call < 5; call++) await client.send({ path: '/' })
    expect(server.connections()).toBe(1)
  })

  it('does not know what became of a request on a connection that was kept, and lost', async () => {
    const { client, server } = await connect(
      () => trusting,
      newServer((request, response) => {
        if (request.method === 'PUT') request.socket.destroy()
        else response.end('ok')
      }),
    )
    await client.send({ path: '/' })
    const error = await failure(client.call({ method: 'PUT', path: '/a' }))
    expect(error).toMatchObject({ code: 'KUBERNETES_UNREACHABLE', outcome: 'unknown' })
    expect(server.connections()).toBe(1)
  })

  it.each([
    ['a token that no header can have', { token: 'two\nlines' }],
    ['a certificate that is none', { clientCertificate: 'none', clientKey: 'none' }],
  ])('knows that nothing happened with %s', async (_, credentials) => {
    const { client } = await connect(() => ({ ...trusting, ...credentials }))
    expect(await failure(client.call({ method: 'PUT', path: '/a' }))).toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
      outcome: 'none',
    })
  })

  it('tells nothing to a server that it does not trust', async () => {
    const calls: unknown[] = []
    const { client } = await connect(
      () => ({ certificateAuthority: other.certificate }),
      newServer((request) => calls.push(request.url)),
    )
    const error = await failure(client.call({ method: 'PUT', path: '/a' }))
    expect(error).toMatchObject({ code: 'KUBERNETES_UNREACHABLE', outcome: 'none' })
    expect(error.message).toMatch(/certificate/)
    expect(calls).toEqual([])
  })

  it('knows that nothing happened if the server never shows who it is', async () => {
    const silent = await listening(createTcpServer())
    const transport = newTransport(silent.port, () => trusting)
    closing.push(() => transport.close(), silent.close)
    const client = new KubernetesClient({ transport, timeoutMs: 300 })
    expect(await failure(client.call({ method: 'PUT', path: '/a' }))).toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
      outcome: 'none',
    })
  })

  it('shows who it is by certificate', async () => {
    const { client } = await connect(
      () => ({ ...trusting, clientCertificate: person.certificate, clientKey: person.key }),
      newServer(
        (request, response) => {
          const { subject } = (request.socket as TLSSocket).getPeerCertificate()
          response.end(subject.CN)
        },
        { requestCert: true, ca: person.certificate },
      ),
    )
    expect((await client.send({ path: '/' })).body).toBe('jane')
  })

  it('acts as somebody else if it should', async () => {
    const { client } = await connect(
      () => ({ ...trusting, impersonate: 'jane' }),
      newServer((request, response) => response.end(request.headers['impersonate-user'])),
    )
    expect((await client.send({ path: '/' })).body).toBe('jane')
  })

  it('trusts another authority from the moment on when its credentials say so', async () => {
    let credentials = trusting
    const { client, server } = await connect(() => credentials)
    await client.send({ path: '/' })
    credentials = { certificateAuthority: `${other.certificate}${certificate}` }
    await client.send({ path: '/' })
    await client.send({ path: '/' })
    expect(server.connections()).toBe(2)
  })

  it('finds an API that is all below one path', async () => {
    const server = await listening(newServer((request, response) => response.end(request.url)))
    const transport = new NodeTransport({
      server: `https://localhost:${server.port}/clusters/one/`,
      credentials: () => trusting,
    })
    closing.push(() => transport.close(), server.close)
    const { body } = await new KubernetesClient({ transport }).send({ path: '/version' })
    expect(body).toBe('/clusters/one/version')
  })

  it.each(['http://10.0.0.1', '10.0.0.1:443', ''])('refuses %j as a server', (server) => {
    expect(() => new NodeTransport({ server, credentials: () => trusting })).toThrow(
      `'server' must be an address that begins with https://, got '${server}'`,
    )
  })
})
