import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedBinaries } from '../test/control-plane/binary-cache.ts'
import { buildMissingPrograms } from '../test/control-plane/build-programs.ts'
import { Cluster } from '../test/control-plane/cluster.ts'
import { type ControlPlane, startControlPlane } from '../test/control-plane/control-plane.ts'
import { fluxModules } from '../test/control-plane/flux-definitions.ts'
import { gatewayApiModule } from '../test/control-plane/gateway-api.ts'
import { writeKubeconfig } from '../test/control-plane/kubeconfig.ts'
import { NodeFleet } from '../test/control-plane/nodes/node-fleet.ts'

const USAGE = `npm run control-plane            builds what the tests on a real control plane need
npm run control-plane -- start   also starts one, until Ctrl-C`

async function build(): Promise<void> {
  const built = await buildMissingPrograms(console.log)
  // Definitions are read from the module cache, so that the tests need no network.
  await Promise.all([gatewayApiModule(), fluxModules()])
  if (built === 0) console.log('The control plane is built')
}

async function start(): Promise<void> {
  const controlPlane = await startControlPlane(cachedBinaries())
  const broken = controlPlane.broken.then((error) => Promise.reject(error))
  let logs: 'keep logs' | 'drop logs' = 'keep logs'
  try {
    await Promise.race([serve(controlPlane), broken])
    logs = 'drop logs'
  } finally {
    await controlPlane.stop(logs)
  }
}

async function serve({ connection, folder }: ControlPlane): Promise<void> {
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  const cluster = new Cluster(async () => connection)
  await new NodeFleet(cluster).makeForAll(3, 2, 'node')
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, writeKubeconfig(connection), { mode: 0o600 })
  console.log(`A cluster of six nodes in three zones runs at ${connection.server} until Ctrl-C.
Its controllers and its scheduler are real; no container runs. Try:

  export KUBECONFIG=${kubeconfig}
  kubectl get nodes -L topology.kubernetes.io/zone
  kubectl create deployment web --image=web --replicas=6
  kubectl get pods -o wide
  kubectl drain NODE --ignore-daemonsets`)
  await interrupted
}

async function main([command]: readonly string[]): Promise<number> {
  if (command !== undefined && command !== 'start') {
    console.error(USAGE)
    return 2
  }
  try {
    await build()
    if (command === 'start') await start()
    return 0
  } catch (error) {
    if (!(error instanceof Error)) throw error
    console.error(error.message)
    if ('remedy' in error) console.error(error.remedy)
    return 1
  }
}

process.exit(await main(process.argv.slice(2)))
