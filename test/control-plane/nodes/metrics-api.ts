import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { at, fields, items } from '../../../manifests/fields.ts'
import { ApiClient } from '../api-client.ts'
import type { Connection } from '../connection.ts'

/** ConfigMap of a namespace in which tests write what its pods use. */
export const POD_METRICS = 'pod-metrics'

/** What the containers of the pods use that a selector matches, in thousandths of a core. */
export type PodUsage = { readonly matchLabels: Readonly<Record<string, string>> } & (
  | { readonly cpu: number }
  /** Shared by the pods, as requests are: it is less for each when there are more. */
  | { readonly totalCpu: number }
)

const GROUP = 'metrics.k8s.io'
const PODS = /^\/apis\/metrics\.k8s\.io\/v1beta1\/namespaces\/([^/]+)\/pods$/

/**
 * Serves `metrics.k8s.io` with what tests wrote into the ConfigMap of a namespace, so that the real
 * autoscaler decides on made-up numbers, and registers it with the API server. Whose certificate it
 * shows nobody checks: it borrows that of the API server.
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
    const { status, body } = await answer(client, new URL(request.url ?? '/', 'https://metrics'))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
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
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: where,
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
  }
  const apiService = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `v1beta1.${GROUP}` },
    spec: {
      group: GROUP,
      version: 'v1beta1',
      service: { ...where, port },
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    },
  }
  const made = [
    await client.send({
      method: 'POST',
      path: '/api/v1/namespaces/kube-system/services',
      body: service,
    }),
    await client.send({
      method: 'POST',
      path: '/apis/apiregistration.k8s.io/v1/apiservices',
      body: apiService,
    }),
  ]
  for (const { status, body } of made) {
    if (status !== 201) throw new Error(`The metrics API was refused: ${JSON.stringify(body)}`)
  }
}

async function answer(client: ApiClient, url: URL): Promise<{ status: number; body: unknown }> {
  if (url.pathname === `/apis/${GROUP}/v1beta1`) {
    const pods = {
      name: 'pods',
      singularName: '',
      namespaced: true,
      kind: 'PodMetrics',
      verbs: ['list'],
    }
    const groupVersion = `${GROUP}/v1beta1`
    return {
      status: 200,
      body: { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [pods] },
    }
  }
  const namespace = PODS.exec(url.pathname)?.[1]
  if (namespace === undefined) return { status: 404, body: { kind: 'Status', code: 404 } }
  const root = `/api/v1/namespaces/${namespace}`
  const [pods, usage] = await Promise.all([
    client.send({ path: `${root}/pods${url.search}` }),
    client.send({ path: `${root}/configmaps/${POD_METRICS}` }),
  ])
  const usages = Object.values(fields(at(usage.body, 'data'))).map(
    (value) => JSON.parse(String(value)) as PodUsage,
  )
  const metrics = usages.flatMap((usage) => metricsOf(items(at(pods.body, 'items')), usage))
  return {
    status: 200,
    body: { kind: 'PodMetricsList', apiVersion: `${GROUP}/v1beta1`, metadata: {}, items: metrics },
  }
}

function metricsOf(pods: readonly unknown[], usage: PodUsage): readonly object[] {
  const wanted = Object.entries(usage.matchLabels)
  const users = pods.filter((pod) => {
    const labels = fields(at(pod, 'metadata', 'labels'))
    const isRunning = at(pod, 'status', 'phase') === 'Running'
    return isRunning && wanted.every(([name, value]) => labels[name] === value)
  })
  const cpu = 'cpu' in usage ? usage.cpu : Math.round(usage.totalCpu / users.length)
  return users.map((pod) => ({
    metadata: {
      name: at(pod, 'metadata', 'name'),
      namespace: at(pod, 'metadata', 'namespace'),
      labels: at(pod, 'metadata', 'labels'),
    },
    timestamp: new Date().toISOString(),
    window: '1s',
    containers: items(at(pod, 'spec', 'containers')).map((container) => ({
      name: at(container, 'name'),
      usage: { cpu: `${cpu}m`, memory: '1Mi' },
    })),
  }))
}
