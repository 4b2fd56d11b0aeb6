import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { ApiClient } from '../api-client.ts'
import type { Connection } from '../connection.ts'
import { CUSTOM_METRICS } from './custom-metrics.ts'
import { RESOURCE_METRICS } from './resource-metrics.ts'

/** One of the APIs that the autoscaler asks. */
export interface ServedMetrics {
  readonly group: string
  readonly version: string
  /** What discovery shows of it. */
  readonly resource: object
  /**
   * @param path below the namespace, in its segments
   * @param query with its question mark, or empty
   * @returns `undefined` for what there is not
   */
  answer(
    client: ApiClient,
    namespace: string,
    path: readonly string[],
    query: string,
  ): Promise<object | undefined>
}

const APIS = [RESOURCE_METRICS, CUSTOM_METRICS]
const NOT_FOUND = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }

/**
 * Serves the metrics APIs with what tests said of the objects of their namespace, so that the real
 * autoscaler decides on made-up numbers, and registers them with the API server. Whose certificate
 * it shows nobody checks: it borrows that of the API server.
 */
export async function startMetricsApi(
  connection: Connection,
  certificates: string,
): Promise<{ stop(): Promise<void> }> {
  const client = new ApiClient(connection)
  const [cert, key] = await Promise.all(
    ['apiserver.crt', 'apiserver.key'].map((file) => readFile(join(certificates, file))),
  )
  const server = createServer({ cert, key }, async (request, response) => {
    const body = await answer(client, new URL(request.url ?? '/', 'https://metrics'))
    response
      .writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(body ?? NOT_FOUND))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await register(client, port)
  return {
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      client.close()
    },
  }
}

/** An ExternalName is how the API server finds a server outside of the cluster. */
async function register(client: ApiClient, port: number): Promise<void> {
  const where = { name: 'metrics', namespace: 'kube-system' }
  await create(client, '/api/v1/namespaces/kube-system/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: where,
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
  })
  for (const { group, version } of APIS) {
    await create(client, '/apis/apiregistration.k8s.io/v1/apiservices', {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        service: { ...where, port },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    })
  }
}

async function create(client: ApiClient, path: string, body: object): Promise<void> {
  const answer = await client.send({ method: 'POST', path, body })
  if (answer.status === 201) return
  throw new Error(`The metrics API was refused: ${JSON.stringify(answer.body)}`)
}

async function answer(client: ApiClient, url: URL): Promise<object | undefined> {
  const [, , group, version, namespaces, namespace, ...path] = url.pathname
    .split('/')
    .map(decodeURIComponent)
  const api = APIS.find((it) => it.group === group && it.version === version)
  if (api === undefined) return undefined
  if (namespaces === undefined) {
    const groupVersion = `${group}/${version}`
    const resources = [{ singularName: '', ...api.resource }]
    return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources }
  }
  if (namespaces !== 'namespaces' || namespace === undefined) return undefined
  return api.answer(client, namespace, path, url.search)
}
