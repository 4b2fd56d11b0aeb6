import { expect, it } from 'vitest'
import { simulateFailures } from '../../../checks/simulate-failures.ts'
import { HighlyAvailableDeployment } from '../../../constructs/highly-available-deployment.ts'
import { fixed } from '../../../constructs/replicas.ts'
import { Testing } from '../../../constructs/testing.ts'
import { at } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { image, served } from '../../goldens/golden.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { inNamespace } from '../in-namespace.ts'
import { isRolledOut } from './conditions.ts'

const web = (version: string) =>
  Testing.synth((scope) => {
    new HighlyAvailableDeployment(scope, 'web', {
      ...served,
      image: image('web').replace('1.4.2', version),
      replicas: fixed(3),
    })
  })

describeWithNodes('A rolling update of a highly available deployment', (cluster) => {
  const [promised] = simulateFailures(web('1.0.0').objects).workloads
  const deploy = async (version: string): Promise<KubernetesObject> => {
    const namespace = await cluster.namespace()
    const { objects, find } = web(version)
    await cluster.apply(inNamespace(objects, namespace))
    return { ...find('Deployment'), metadata: { name: 'web', namespace } }
  }

  it('never leaves fewer pods ready than are promised, however slowly they start', async () => {
    const deployment = await deploy('1.0.0')
    const pods = cluster.pods(deployment)
    await cluster.until(deployment, isRolledOut)
    const history = await pods.watch()

    await pods.becomeReady({ after: 2 })
    await deploy('2.0.0')
    await cluster.until(deployment, isRolledOut, 120)

    expect(history.fewestServing).toBe(promised?.atMin.update?.available)
    expect(history.mostNotEnding).toBe(promised?.atMin.update?.total)
  })

  it('goes no further than one pod that never becomes ready', async () => {
    const deployment = await deploy('2.0.0')
    const pods = cluster.pods(deployment)
    await cluster.until(deployment, isRolledOut)
    const history = await pods.watch()

    await pods.neverBecomeReady()
    await deploy('3.0.0')
    await cluster.until(deployment, hasPodThatIsNotReady)
    await eventually(
      'the new pod runs',
      async () => history.now,
      (pods) => pods.some(({ phase, isReady }) => phase === 'Running' && !isReady),
    )
    expect(history.mostNotEnding).toBe(promised?.atMin.update?.total)
    expect(history.fewestServing).toBe(promised?.atMin.update?.available)
  })
})

function hasPodThatIsNotReady({ status }: KubernetesObject): boolean {
  return at(status, 'updatedReplicas') === 1 && at(status, 'unavailableReplicas') === 1
}
