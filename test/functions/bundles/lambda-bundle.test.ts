import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { describeWithCluster } from '../../control-plane/describe-with-cluster.ts'
import { builtBundle } from './built-bundle.ts'
import { BundleProcess } from './bundle-process.ts'
import { LambdaRuntimeApi } from './lambda-runtime-api.ts'
import { leaveServedCluster, type ServedCluster, serveFromCluster } from './served-cluster.ts'
import { type Ask, itServesLocks } from './served-locks-contract.ts'

const LOOP = fileURLToPath(new URL('lambda-loop.mjs', import.meta.url))

const startLambda = (
  file: string,
  api: LambdaRuntimeApi,
  env: Readonly<Record<string, string>>,
): BundleProcess =>
  new BundleProcess({
    program: process.execPath,
    args: [LOOP, file],
    env: { ...env, AWS_LAMBDA_RUNTIME_API: api.address },
  })

/** As a function URL sends a request: an event of format 2.0. */
const eventOf = (path: string, { method = 'GET', headers = {}, body }: RequestInit = {}) => {
  const { pathname, searchParams } = new URL(path, 'https://locks.example.com')
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: String(searchParams),
    headers: { host: 'locks.example.com', ...Object.fromEntries(new Headers(headers)) },
    requestContext: {
      domainName: 'locks.example.com',
      http: { method, path: pathname, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: '' },
    },
    ...(typeof body === 'string' && { body: Buffer.from(body).toString('base64') }),
    isBase64Encoded: typeof body === 'string',
  }
}

interface LambdaResult {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

function responseOf({ statusCode, headers, body, isBase64Encoded }: LambdaResult): Response {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
  return new Response(bytes.length === 0 ? null : bytes, { status: statusCode, headers })
}

describeWithCluster(
  'The bundle lambda in a stand-in for its runtime, on a real API server',
  (cluster) => {
    const bundle = builtBundle('lambda')
    let served: ServedCluster
    const instances: BundleProcess[] = []
    let api: LambdaRuntimeApi

    beforeAll(async () => {
      served = await serveFromCluster(cluster)
      api = await LambdaRuntimeApi.start()
      const env = {
        ...served.env,
        LOCKSTEP_KUBERNETES_SERVER: served.connection.server,
        LOCKSTEP_KUBERNETES_TOKEN: served.functionsToken,
        LOCKSTEP_KUBERNETES_CA: served.connection.certificateAuthority!,
      }
      // An instance takes one event after the other, so whoever waits needs another one.
      for (let count = 0; count < 2; count++) instances.push(startLambda(bundle().file, api, env))
    })
    afterAll(async () => {
      for (const instance of instances) await instance.kill()
      await api.stop()
      await leaveServedCluster(cluster)
    })

    const ask: Ask = async (path, init) =>
      responseOf((await api.invoke(eventOf(path, init))) as LambdaResult)

    itServesLocks(() => served, ask)
  },
)

describe('The bundle lambda', () => {
  const bundle = builtBundle('lambda')

  it('does not start without its settings, and says all that are missing', async () => {
    const api = await LambdaRuntimeApi.start()
    const instance = startLambda(bundle().file, api, { LOCKSTEP_HANDLE_KEYS: 'c2hvcnQ=' })
    onTestFinished(async () => {
      await instance.kill()
      await api.stop()
    })
    const error = (await api.initError.promise) as { errorType: string; errorMessage: string }
    expect(error.errorType).toBe('ConfigurationError')
    for (const name of ['KUBERNETES_SERVER', 'KUBERNETES_TOKEN', 'CLUSTER_ID']) {
      expect(error.errorMessage).toContain(`LOCKSTEP_${name}`)
    }
    expect(error.errorMessage).toContain('LOCKSTEP_HANDLE_KEYS, line 1: a key of 5 bytes')
    expect(error.errorMessage).toContain('Nobody would be let in')
    expect(await instance.ended).toBe(1)
  })
})
