import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inCluster, NotInClusterError } from '../../kubernetes/in-cluster.ts'
import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import type { NodeTransport } from '../../kubernetes/node-transport.ts'
import { type ListeningServer, listening } from './listening-server.ts'
import { selfMadeCertificate } from './self-made-certificate.ts'
import { failure } from './transport-contract.ts'

const { certificate, key } = selfMadeCertificate()

describe('inCluster', () => {
  let folder: string
  let server: ListeningServer
  let transport: NodeTransport
  let client: KubernetesClient
  let nowMs = 0

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lockstep-pod-'))
    const api = createServer({ cert: certificate, key }, ({ headers }, response) =>
      response.end(headers.authorization),
    )
    server = await listening(api)
    const env = {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(server.port),
    }
    transport = inCluster({ env, folder, now: () => nowMs })
    client = new KubernetesClient({ transport })
  })
  afterEach(async () => {
    transport.close()
    await server.close()
    rmSync(folder, { recursive: true })
  })

  const mount = (token: string) => {
    writeFileSync(join(folder, 'ca.crt'), certificate)
    writeFileSync(join(folder, 'token'), `${token}\n`)
  }
  const seenToken = async () => (await client.send({ path: '/' })).body

  it('is the service account of its pod, whose token the kubelet replaces', async () => {
    mount('first')
    expect(await seenToken()).toBe('Bearer first')
    mount('second')
    nowMs += 59_999
    expect(await seenToken()).toBe('Bearer first')
    nowMs += 1
    expect(await Promise.all([seenToken(), seenToken()])).toEqual([
      'Bearer second',
      'Bearer second',
    ])
  })

  it('says which file is missing, and finds it once it is there', async () => {
    const error = await failure(client.call({ method: 'PUT', path: '/a' }))
    expect(error).toMatchObject({ code: 'KUBERNETES_UNREACHABLE', outcome: 'none' })
    expect(error.message).toContain(join(folder, 'token'))
    mount('late')
    expect(await seenToken()).toBe('Bearer late')
  })

  it.each([
    [{}, 'KUBERNETES_SERVICE_HOST'],
    [{ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, 'KUBERNETES_SERVICE_PORT'],
  ])('says that %j is no pod', (env, variable) => {
    expect(() => inCluster({ env })).toThrow(NotInClusterError)
    expect(() => inCluster({ env })).toThrow(`${variable} is not set`)
  })

  it('takes an address of IPv6', () => {
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
    expect(() => inCluster({ env })).not.toThrow()
  })
})
