import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Duration } from 'cdk8s'
import { beforeAll, expect, it } from 'vitest'
import { runProgram } from '../../../cli/program.ts'
import {
  type Adoption,
  autoscale,
  fixed,
  type HighlyAvailableDeploymentProps,
} from '../../../constructs/index.ts'
import { emitYaml } from '../../../manifests/emit-yaml.ts'
import { at, items } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { fakeTerminal } from '../../cli/fake-terminal.ts'
import { minimal } from '../../constructs/fixtures.ts'
import { GIT_ENV, writeFiles } from '../../gitops/git.ts'
import { sharedFolder } from '../../gitops/shared-folder.ts'
import { writeKubeconfig } from '../kubeconfig.ts'
import { connectToSharedCluster } from '../shared-cluster-client.ts'
import { describeWithFluxAndNodes } from './describe-with-flux.ts'
import { deploymentOf, syncedApps } from './synced-apps.ts'

const project = sharedFolder()

/** What a team without Lockstep runs: a name, a selector and a template of their own. */
const selector = { app: 'catalog' }
const template: NonNullable<Adoption['template']> = {
  metadata: { labels: selector },
  spec: {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'web',
        image: 'registry.example.com/shop/catalog:12',
        ports: [{ containerPort: 8080 }],
        resources: { requests: { cpu: '100m', memory: '64Mi' } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
}

describeWithFluxAndNodes('A running app that moves under Lockstep', (cluster, suite) => {
  let namespace: string
  let running: KubernetesObject
  let before: readonly string[]

  const byHand = (): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'catalog-web', namespace },
    spec: { replicas: 3, selector: { matchLabels: selector }, template },
  })
  const define = (props: Partial<HighlyAvailableDeploymentProps>) =>
    syncedApps(
      suite.flux,
      { [namespace]: { catalog: { replicas: fixed(3), ...props } } },
      { existing: true, retryInterval: Duration.seconds(1) },
    )
  const adopt = { name: 'catalog-web', selector }
  const publish = async (props: Partial<HighlyAvailableDeploymentProps>, options = {}) => {
    const result = await suite.flux.publish(define(props).rendering, options)
    if (result.outcome === 'published') await suite.flux.untilApplied(result.commit)
    return result
  }
  const isRolledOut = ({ metadata, status }: KubernetesObject) =>
    at(status, 'observedGeneration') === metadata.generation &&
    ['replicas', 'updatedReplicas', 'readyReplicas'].every((count) => at(status, count) === 3)
  const live = () => cluster.until(byHand(), isRolledOut)
  const replicaSets = async () => {
    const { body } = await cluster.send({
      path: `/apis/apps/v1/namespaces/${namespace}/replicasets`,
    })
    return items(at(body, 'items')).map((set) => at(set, 'metadata', 'uid'))
  }
  const pods = async () => (await cluster.pods(running).list()).map(({ name }) => name).sort()

  beforeAll(async () => {
    namespace = await cluster.namespace()
    const file = `prod/workloads/${namespace}/by-hand/catalog.yaml`
    await suite.flux.publish({ environment: 'prod', files: [] })
    await suite.flux.push({ path: file, write: emitYaml(byHand()) })
    await suite.flux.sync(define({ adopt: { ...adopt, template } }).kustomizations)
    running = await live()
    before = await pods()
  })

  it('is not touched by a publish that nobody has told to take it over', async () => {
    const result = await publish({ adopt: { ...adopt, template } })
    expect(result.outcome).toBe('stopped')
    expect(result.plan.stops).toMatchObject([{ kind: 'foreign-object' }])
  })

  it('keeps its pods, its replica set and its template through the move', async () => {
    const sets = await replicaSets()
    const { outcome } = await publish({ adopt: { ...adopt, template } }, { adopt: true })
    expect(outcome).toBe('published')

    const moved = await live()
    expect(moved.metadata.uid).toBe(running.metadata.uid)
    expect(at(moved.spec, 'template')).toEqual(at(running.spec, 'template'))
    expect(moved.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'lockstep' })
    expect(await replicaSets()).toEqual(sets)
    expect(before).toHaveLength(3)
    expect(await pods()).toEqual(before)
  })

  it('is behind a Service and a budget of Lockstep at once', async () => {
    const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' }
    await cluster.until(
      { ...budget, metadata: { name: 'catalog', namespace } },
      ({ status }) => at(status, 'expectedPods') === 3 && at(status, 'currentHealthy') === 3,
    )
  })

  it('gets pods as the options say when its template is let go, by one rolling update', async () => {
    await publish({ adopt })
    const updated = await live()
    expect(updated.metadata.uid).toBe(running.metadata.uid)
    const [container] = items(at(updated.spec, 'template', 'spec', 'containers'))
    expect(at(container, 'image')).toBe(minimal.image)
    expect(await replicaSets()).toHaveLength(2)
  })

  it('is handed to an autoscaler with all of its pods, and not without saying so', async () => {
    const autoscaled = { adopt, replicas: autoscale({ min: 2, max: 9, cpu: 70 }) }
    const refused = await publish(autoscaled)
    expect(refused.outcome).toBe('stopped')
    expect(refused.plan.stops).toMatchObject([{ kind: 'replicas-handover' }])

    const kubeconfig = join(project, 'kubeconfig')
    writeFileSync(kubeconfig, writeKubeconfig(await connectToSharedCluster('nodes')))
    writeFiles(project, { 'cdk8s.yaml': 'app: node app.ts\n' })
    const terminal = fakeTerminal({ cwd: project, env: GIT_ENV })
    const where = ['--env', 'prod', '--remote', suite.flux.repository, '--kubeconfig', kubeconfig]
    await runProgram(['handover', `${namespace}/catalog-web`, ...where], terminal)
    expect(terminal.stderr).toBe('')

    expect((await publish(autoscaled)).outcome).toBe('published')
    const autoscaler = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }
    await cluster.until(
      { ...autoscaler, metadata: { name: 'catalog', namespace } },
      ({ status }) => at(status, 'currentReplicas') === 3,
    )
    const { spec, metadata } = await live()
    expect(at(spec, 'replicas')).toBe(3)
    expect(JSON.stringify(metadata.managedFields)).toContain('lockstep-handover')
    expect((await cluster.get(deploymentOf(namespace, 'catalog-web')))?.metadata.uid).toBe(
      running.metadata.uid,
    )
  })
})
