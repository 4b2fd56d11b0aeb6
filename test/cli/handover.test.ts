import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { GitCommandRemote } from '../../gitops/git-command-remote.ts'
import { publish } from '../../gitops/publish.ts'
import { at } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { writeKubeconfig } from '../control-plane/kubeconfig.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { bareRepository, GIT_ENV, git, writeFiles } from '../gitops/git.ts'
import { rendering } from '../gitops/rendering-fixture.ts'
import { sharedFolder } from '../gitops/shared-folder.ts'
import { fakeTerminal } from './fake-terminal.ts'

const folder = sharedFolder()
const kubeconfig = join(folder, 'kubeconfig')
const labels = { app: 'web' }

describeWithCluster('lockstep handover', (cluster) => {
  let namespace: string
  let path: string
  let count = 0

  beforeAll(async () => {
    namespace = await cluster.namespace()
    path = `/apis/apps/v1/namespaces/${namespace}/deployments`
    writeFileSync(kubeconfig, writeKubeconfig(await connectToSharedCluster()))
  })

  /** A Deployment as synth would write it, with or without a number of pods. */
  const deployment = (name: string, replicas?: number): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    },
  })

  /** What kustomize-controller does with a manifest. */
  const sync = async (object: KubernetesObject): Promise<void> => {
    const answer = await cluster.send({
      method: 'PATCH',
      path: `${path}/${object.metadata.name}?fieldManager=kustomize-controller&force=true`,
      body: object,
      contentType: 'application/apply-patch+yaml',
    })
    expect(answer.status).toBeLessThan(300)
  }

  const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

  /** What `kubectl apply`, and Argo CD by default, do: remove what was applied and is no more. */
  const applyFromClient = async (object: KubernetesObject): Promise<void> => {
    const live = await cluster.get(object)
    const applied = JSON.parse(live?.metadata.annotations?.[LAST_APPLIED] ?? '{}')
    const isGone =
      applied.spec?.replicas !== undefined && at(object, 'spec', 'replicas') === undefined
    const annotations = { [LAST_APPLIED]: `${JSON.stringify(object)}\n` }
    const body = {
      ...object,
      metadata: { ...object.metadata, annotations },
      spec: { ...(object.spec as object), ...(isGone && { replicas: null }) },
    }
    const answer = await cluster.send(
      live === undefined
        ? { method: 'POST', path, body }
        : {
            method: 'PATCH',
            path: `${path}/${object.metadata.name}`,
            body,
            contentType: 'application/strategic-merge-patch+json',
          },
    )
    expect(answer.status).toBeLessThan(300)
  }

  const liveReplicas = async (name: string): Promise<unknown> =>
    at(await cluster.get(deployment(name)), 'spec', 'replicas')

  /** What an autoscaler does. */
  const scale = (name: string, replicas: number) =>
    cluster.send({
      method: 'PATCH',
      path: `${path}/${name}/scale?fieldManager=kube-controller-manager`,
      body: { spec: { replicas } },
      contentType: 'application/merge-patch+json',
    })

  /** A published and synced app with four pods, and the commands of a person in its project. */
  const setUp = async (apply = sync) => {
    const name = `web-${++count}`
    const project = join(folder, name)
    const remote = bareRepository(join(folder, `${name}.git`))
    writeFiles(project, { 'cdk8s.yaml': 'app: node app.ts\n' })
    const merge = async (object: KubernetesObject) => {
      const target = await GitCommandRemote.open({ remote, cwd: project, env: GIT_ENV })
      const prod = rendering('prod', { [`${namespace}/web`]: [object] })
      const result = await publish({ remote: target, branch: 'deploy', rendering: prod })
      await target.close()
      return result
    }
    const handover = async (...args: string[]) => {
      const terminal = fakeTerminal({ cwd: project, env: GIT_ENV })
      const options = ['--env', 'prod', '--remote', remote, '--kubeconfig', kubeconfig, ...args]
      await runProgram(['handover', `${namespace}/${name}`, ...options], terminal)
      return terminal
    }
    await merge(deployment(name, 4))
    await apply(deployment(name, 4))
    return { name, remote, merge, handover, apply }
  }

  it('is needed: without it the sync drops to one pod', async () => {
    const { name } = await setUp()
    await sync(deployment(name))
    expect(await liveReplicas(name)).toBe(1)
  })

  it('keeps all pods when the sync stops setting their number', async () => {
    const { name, merge, handover } = await setUp()
    expect((await merge(deployment(name))).outcome).toBe('stopped')
    const { exitCode, stdout } = await handover()
    expect([exitCode, stdout]).toEqual([undefined, expect.stringContaining('4 pods, co-owned')])
    await sync(deployment(name, 4))
    expect((await merge(deployment(name))).outcome).toBe('published')
    await sync(deployment(name))
    expect(await liveReplicas(name)).toBe(4)
  })

  it('leaves the number to the autoscaler from then on', async () => {
    const { name, merge, handover } = await setUp()
    await handover()
    await merge(deployment(name))
    await sync(deployment(name))
    await scale(name, 7)
    await sync(deployment(name))
    expect(await liveReplicas(name)).toBe(7)
    const live = await cluster.get(deployment(name))
    expect(JSON.stringify(live?.metadata.managedFields)).not.toContain('lockstep-handover')
  })

  it('keeps all pods under client-side apply too', async () => {
    const naive = await setUp(applyFromClient)
    await applyFromClient(deployment(naive.name))
    expect(await liveReplicas(naive.name)).toBe(1)
    const { name, handover } = await setUp(applyFromClient)
    await handover()
    await applyFromClient(deployment(name))
    expect(await liveReplicas(name)).toBe(4)
  })

  it('leaves a note on the branch, which goes with the publish that needed it', async () => {
    const { name, remote, merge, handover } = await setUp()
    await handover()
    const inventory = () => git(remote, 'show', 'deploy:prod/inventory.yaml')
    expect(inventory()).toContain(`"Deployment.apps ${namespace}/${name}": 4`)
    expect(git(remote, 'log', '-1', '--format=%B', 'deploy')).toBe(
      [
        `hand over Deployment.apps ${namespace}/${name} in prod at 4 pods`,
        '',
        'Lockstep-Action: handover',
        'Lockstep-Environment: prod',
        `Lockstep-App: ${namespace}/web`,
        `Lockstep-Object: Deployment.apps ${namespace}/${name}`,
        'Lockstep-Cluster: lockstep',
        '',
        '',
      ].join('\n'),
    )
    await merge(deployment(name))
    expect(inventory()).not.toContain('handovers')
  })

  it('is void once the number in the manifest has changed', async () => {
    const { name, merge, handover } = await setUp()
    await handover()
    await merge(deployment(name, 5))
    expect((await merge(deployment(name))).outcome).toBe('stopped')
  })

  it('refuses while the sync has another number to apply, unless it is suspended', async () => {
    const { name, handover } = await setUp()
    await scale(name, 6)
    const refused = await handover()
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain('has 6 pods in lockstep and 4 in its manifest')
    expect((await handover('--sync-suspended')).exitCode).toBeUndefined()
    await sync(deployment(name))
    expect(await liveReplicas(name)).toBe(6)
  })

  it('says what to do for a workload that does not run, or is not on the branch', async () => {
    const { name, remote, merge, handover } = await setUp()
    await cluster.send({ method: 'DELETE', path: `${path}/${name}` })
    const notRunning = await handover()
    expect(notRunning.exitCode).toBe(2)
    expect(notRunning.stderr).toContain('--allow-handover')
    const before = git(remote, 'rev-parse', 'deploy')
    await merge({ ...deployment('other'), metadata: { name: 'other', namespace } })
    expect((await handover()).stderr).toContain('is not in prod on the branch')
    expect(git(remote, 'rev-parse', 'deploy~1')).toBe(before)
  })

  it('says which context is not in the kubeconfig', async () => {
    const { handover } = await setUp()
    const { exitCode, stderr } = await handover('--context', 'elsewhere')
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining('elsewhere: there is no such context'),
    ])
  })
})
