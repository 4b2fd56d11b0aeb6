import { get } from 'node:http'
import { json } from 'node:stream/consumers'
import { inject } from 'vitest'
import type { Connection } from './connection.ts'
import type { Availability } from './shared-cluster.ts'

/** `api`: the API alone. `nodes`: with controllers, scheduler and nodes. */
export type ClusterKind = 'api' | 'nodes'

export const clusterAvailability = (kind: ClusterKind = 'api'): Promise<Availability> =>
  ask(`/${kind}/availability`) as Promise<Availability>

/** Starts that cluster of this run if nobody has yet. */
export const connectToSharedCluster = (kind: ClusterKind = 'api'): Promise<Connection> =>
  ask(`/${kind}/connection`) as Promise<Connection>

async function ask(path: string): Promise<unknown> {
  const socketPath = inject('clusterSocket')
  return new Promise((resolve, reject) => {
    get({ socketPath, path, agent: false }, async (response) => {
      const body = await json(response)
      if (response.statusCode === 200) resolve(body)
      else reject(new Error((body as { error: string }).error))
    }).once('error', reject)
  })
}
