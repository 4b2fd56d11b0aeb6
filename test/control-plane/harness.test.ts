import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, expect, it } from 'vitest'
import { at } from '../../manifests/fields.ts'
import { Cluster } from './cluster.ts'
import { chooseCluster } from './cluster-choice.ts'
import { commandLineOf } from './command-line.ts'
import { describeWithCluster } from './describe-with-cluster.ts'
import { connectToDisposableCluster, NotDisposableError } from './disposable-cluster.ts'
import { freePort } from './free-port.ts'
import { GoModule } from './go-module.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { newRunFolder } from './run-folder.ts'
import { connectToSharedCluster } from './shared-cluster-client.ts'
import { startApiServer } from './start-api-server.ts'
import { startEtcd } from './start-etcd.ts'

/** A start takes three seconds, and many times that where many other things run. */
const SLOW_MACHINE_MS = 120_000

const choice = chooseCluster()
const folder = await newRunFolder()
afterAll(() => rmSync(folder, { recursive: true }))

/** Starts a control plane as a test run does, prints its folder, and waits to be killed. */
const owner = `
  import { hostControlPlane } from ${JSON.stringify(join(import.meta.dirname, 'hosted-control-plane.ts'))}
  console.log((await hostControlPlane(JSON.parse(process.argv[1]))).folder)
  setInterval(() => {}, 1000)`

const pidOf = (run: string, program: string) =>
  Number(readFileSync(join(run, `${program}.pid`), 'utf8'))

describeWithCluster('The namespace of a suite', (cluster) => {
  const phase = async () => {
    const path = `/api/v1/namespaces/${await cluster.namespace()}`
    return at((await cluster.send({ path })).body, 'status', 'phase')
  }
  afterAll(async () => expect(await phase()).toBe('Active'))

  it('stays until the suite has ended what it has in it', async () => {
    expect(await phase()).toBe('Active')
  })
})

describeWithCluster('The harness', (cluster) => {
  it.skipIf(choice.kind !== 'binaries')(
    'ends the programs with the run that started them, even if that is killed',
    async () => {
      const binaries = JSON.stringify(choice.kind === 'binaries' && choice.binaries)
      const run = spawn(process.execPath, ['--input-type=module-typescript', '-e', owner, binaries])
      const [path] = (await once(createInterface({ input: run.stdout }), 'line')) as [string]
      const programs = ['etcd', 'kube-apiserver'].map((program) => pidOf(path, program))
      expect(await Promise.all(programs.map(commandLineOf))).not.toContain(undefined)

      run.kill('SIGKILL')

      await expect
        .poll(() => Promise.all(programs.map(commandLineOf)), { timeout: 15_000 })
        .toEqual([undefined, undefined])
    },
    SLOW_MACHINE_MS,
  )

  it.skipIf(choice.kind !== 'binaries')(
    'takes another port if the first was taken meanwhile',
    async () => {
      if (choice.kind !== 'binaries') return
      const rival = createServer().listen(0, '127.0.0.1')
      await once(rival, 'listening')
      const { port: taken } = rival.address() as { port: number }
      const ports = [taken, await freePort()]
      const etcd = await startEtcd(choice.binaries.etcd, folder)
      const apiServer = await startApiServer(choice.binaries['kube-apiserver'], folder, {
        etcdAddress: etcd.address,
        choosePort: async () => ports.shift() ?? freePort(),
      })
      expect(apiServer.connection.server).not.toContain(String(taken))
      await apiServer.process.stop()
      await etcd.process.stop()
      rival.close()
    },
    SLOW_MACHINE_MS,
  )

  it.skipIf(choice.kind !== 'binaries')(
    'writes down who did what',
    async () => {
      if (choice.kind !== 'binaries') return
      const run = await newRunFolder()
      const etcd = await startEtcd(choice.binaries.etcd, run)
      const { process: apiServer, connection } = await startApiServer(
        choice.binaries['kube-apiserver'],
        run,
        { etcdAddress: etcd.address },
      )
      const own = new Cluster(async () => connection)
      await own.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'audited' } }])
      await own.leave()
      await apiServer.stop()
      await etcd.process.stop()

      const events = readFileSync(join(run, 'audit.log'), 'utf8').trim().split('\n')
      expect(events.map((event) => JSON.parse(event))).toContainEqual(
        expect.objectContaining({
          verb: 'patch',
          user: expect.objectContaining({ username: 'admin' }),
          objectRef: expect.objectContaining({ resource: 'namespaces', name: 'audited' }),
        }),
      )
      rmSync(run, { recursive: true })
    },
    SLOW_MACHINE_MS,
  )

  it.skipIf(choice.kind !== 'binaries' || process.env.KUBEBUILDER_ASSETS !== undefined)(
    'is of the version that it was built from, and gives nobody rights that nobody gave',
    async () => {
      const { body } = await cluster.send({ path: '/version' })
      const version = new GoModule('kubernetes').versionOf('k8s.io/kubernetes')
      expect(body).toMatchObject({ gitVersion: version })

      const review = await cluster.send({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        body: {
          spec: {
            user: 'system:serviceaccount:default:default',
            resourceAttributes: { verb: 'get', resource: 'secrets', namespace: 'default' },
          },
        },
      })
      expect(review.body).toMatchObject({ status: { allowed: false } })
    },
  )

  it('uses an existing cluster only if that says that it is disposable', async () => {
    const kubeconfig = join(folder, 'kubeconfig')
    const connection = await connectToSharedCluster()
    writeFileSync(kubeconfig, writeKubeconfig(connection))
    const marker = { name: 'lockstep-disposable', namespace: 'kube-system' }
    const path = `/api/v1/namespaces/${marker.namespace}/configmaps/${marker.name}`
    if (choice.kind === 'binaries') {
      await expect(connectToDisposableCluster(kubeconfig)).rejects.toThrow(NotDisposableError)
      await cluster.apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: marker }])
    }

    expect(await connectToDisposableCluster(kubeconfig)).toEqual(connection)

    if (choice.kind === 'binaries') await cluster.send({ method: 'DELETE', path })
  })
})
