import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromKubeconfig } from '../../kubernetes/kubeconfig.ts'
import {
  UnknownContextError,
  UnreadableKubeconfigError,
} from '../../kubernetes/kubeconfig-errors.ts'
import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { type ListeningServer, listening } from './listening-server.ts'
import { selfMadeCertificate } from './self-made-certificate.ts'

const { certificate, key } = selfMadeCertificate()
const person = selfMadeCertificate('jane')
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('fromKubeconfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-kubeconfig-'))
  let server: ListeningServer

  beforeAll(async () => {
    const options = { cert: certificate, key, requestCert: true, ca: person.certificate }
    const api = createServer(
      { ...options, rejectUnauthorized: false },
      ({ headers, socket }, response) => {
        const { subject } = (socket as TLSSocket).getPeerCertificate()
        const { authorization, 'impersonate-user': impersonate } = headers
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ authorization, impersonate, certificate: subject?.CN }))
      },
    )
    server = await listening(api)
  })
  afterAll(async () => {
    await server.close()
    rmSync(folder, { recursive: true })
  })

  /** Whom the API server takes us for. */
  async function seen(user: object, cluster: object = trusted, context?: string): Promise<unknown> {
    const file = join(folder, 'config')
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      contexts: [{ name: 'here', context: { cluster: 'one', user: 'me' } }],
      clusters: [{ name: 'one', cluster: { server: address(), ...cluster } }],
      users: [{ name: 'me', user }],
    }
    writeFileSync(file, JSON.stringify(config))
    const transport = await fromKubeconfig({ file, context })
    try {
      return (await new KubernetesClient({ transport }).send({ path: '/' })).body
    } finally {
      transport.close()
    }
  }
  const address = () => `https://127.0.0.1:${server.port}`
  const trusted = { 'certificate-authority-data': base64(certificate) }

  it('is who has the token', async () => {
    expect(await seen({ token: 'secret' })).toEqual({ authorization: 'Bearer secret' })
  })

  it('is who has the certificate', async () => {
    const user = {
      'client-certificate-data': base64(person.certificate),
      'client-key-data': base64(person.key),
    }
    expect(await seen(user)).toEqual({ certificate: 'jane' })
  })

  it('is whom a plugin says', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from the plugin' },
    }
    const args = ['-e', `console.log(${JSON.stringify(JSON.stringify(credential))})`]
    const exec = { apiVersion: credential.apiVersion, command: process.execPath, args }
    expect(await seen({ exec })).toEqual({ authorization: 'Bearer from the plugin' })
  })

  it('acts as whom it should', async () => {
    expect(await seen({ token: 'secret', as: 'jane' })).toMatchObject({ impersonate: 'jane' })
  })

  it('trusts whom it should, by the name that it should have', async () => {
    await expect(seen({ token: 'secret' }, {})).rejects.toThrow(/certificate/)
    await expect(
      seen({ token: 'secret' }, { ...trusted, 'tls-server-name': 'elsewhere' }),
    ).rejects.toThrow(/elsewhere/)
    expect(await seen({ token: 'secret' }, { 'insecure-skip-tls-verify': true })).toEqual({
      authorization: 'Bearer secret',
    })
  })

  it('goes through the proxy of the cluster', async () => {
    const targets: unknown[] = []
    const tunnel = createHttpServer().on('connect', (request, socket) => {
      targets.push(request.url)
      const upstream = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        upstream.pipe(socket).pipe(upstream)
      })
      for (const end of [upstream, socket]) end.on('error', () => upstream.destroy())
    })
    const proxy = await listening(tunnel)
    const cluster = { ...trusted, 'proxy-url': `http://127.0.0.1:${proxy.port}` }
    expect(await seen({ token: 'secret' }, cluster)).toEqual({ authorization: 'Bearer secret' })
    expect(targets).toEqual([`127.0.0.1:${server.port}`])
    await proxy.close()
  })

  it('says which context there is not', async () => {
    const call = seen({ token: 'secret' }, trusted, 'elsewhere')
    await expect(call).rejects.toThrow(UnknownContextError)
    await expect(call).rejects.toThrow('elsewhere: there is no such context in the kubeconfig')
  })

  it('says which file is none', async () => {
    const missing = fromKubeconfig({ file: join(folder, 'missing') })
    await expect(missing).rejects.toThrow(UnreadableKubeconfigError)
    await expect(missing).rejects.toThrow(
      `The kubeconfig ${join(folder, 'missing')} cannot be read`,
    )
    const file = join(folder, 'nonsense')
    writeFileSync(file, 'clusters: [')
    await expect(fromKubeconfig({ file })).rejects.toThrow(UnreadableKubeconfigError)
  })
})
