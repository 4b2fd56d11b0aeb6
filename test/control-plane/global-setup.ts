import { rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { chooseCluster, chooseClusterWithNodes } from './cluster-choice.ts'
import { newRunFolder } from './run-folder.ts'
import { SharedCluster } from './shared-cluster.ts'
import type { ClusterKind } from './shared-cluster-client.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Socket on which the test run's own process answers for the clusters that all files share. */
    clusterSocket: string
  }
}

/** The API alone, and all of a cluster, whose controllers would get in the way of other suites. */
type Clusters = Readonly<Record<ClusterKind, SharedCluster>>

/**
 * Gives all test files of a run the same clusters, each of which is started when the first of them
 * asks for it: a run of other tests pays for a socket and no more.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const clusters: Clusters = {
    api: new SharedCluster(chooseCluster(), console.log),
    nodes: new SharedCluster(chooseClusterWithNodes(), console.log),
  }
  // Only this user may connect: what answers here makes one a cluster admin.
  const folder = await newRunFolder()
  const socket = join(folder, 'cluster.sock')
  const server = clusterServer(clusters)
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  // The server is no reason to keep the process alive.
  server.unref()
  project.provide('clusterSocket', socket)

  return async function teardown() {
    server.closeAllConnections()
    server.close()
    const failed = project.vitest.state.getCountOfFailedTests() > 0
    for (const cluster of Object.values(clusters)) {
      const logs = await cluster.stop(failed ? 'keep logs' : 'drop logs')
      if (logs !== undefined) console.log(`Logs of the control plane: ${logs}`)
    }
    await rm(folder, { recursive: true })
  }
}

function clusterServer(clusters: Clusters): Server {
  const told = new Set<string>()
  return createServer((request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status).end(JSON.stringify(body))
    const [, kind = '', question] = (request.url ?? '').split('/')
    const cluster = kind === 'nodes' ? clusters.nodes : clusters.api
    if (question === 'availability') {
      const { availability } = cluster
      if (!availability.available && !availability.required && !told.has(kind)) {
        told.add(kind)
        console.log(`${SKIPPED[kind]} are skipped: ${availability.reason}`)
      }
      answer(200, availability)
      return
    }
    cluster.connect().then(
      (connection) => answer(200, connection),
      (error: Error) => answer(503, { error: error.message }),
    )
  })
}

const SKIPPED: Readonly<Record<string, string>> = {
  api: 'Tests on a real control plane',
  nodes: 'Tests with nodes that can be lost',
}
