import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { gatewayApiDefinitions } from '../control-plane/gateway-api.ts'
import { writeKubeconfig } from '../control-plane/kubeconfig.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { sharedFolder } from '../gitops/shared-folder.ts'
import { fakeTerminal } from './fake-terminal.ts'
import { rolloutTerminal } from './rollout-terminal.ts'
import { addressOf, ServingRollouts } from './serving-rollouts.ts'

const kubeconfig = join(sharedFolder(), 'kubeconfig')

// The app is not in this cluster, which is what has to be seen there.
describeWithCluster('lockstep rollout with --kubeconfig', (cluster) => {
  beforeAll(async () => {
    await cluster.apply(await gatewayApiDefinitions())
    writeFileSync(kubeconfig, writeKubeconfig(await connectToSharedCluster()))
  })

  it('show says what the cluster lacks', async () => {
    const { rollout, until } = await rolloutTerminal()
    await until(1, 'scaling')
    const { stdout, stderr } = await rollout('show', 'checkout', '--kubeconfig', kubeconfig)
    expect(stderr).toBe('')
    expect(stdout).toContain('  pods ready  0 of stable, 0 of the canary\n')
    expect(stdout).toContain('  waits       Deployment shop/checkout-canary is not there\n')
    const json = await rollout('show', 'checkout', '--json', '--kubeconfig', kubeconfig)
    expect(JSON.parse(json.stdout)).toMatchObject({
      look: { decision: { kind: 'wait' }, observation: { canary: { ready: 0 } } },
      history: [{ changes: [{ action: 'start' }] }, {}],
    })
  })

  it('show says what the functions see in it, with --server', { timeout: 180_000 }, async () => {
    const serving = new ServingRollouts()
    const { release, until } = await rolloutTerminal(undefined, serving.repository)
    await until(1, 'scaling')
    serving.configure({ cluster: { kind: 'kubeconfig', file: kubeconfig } })
    const address = await addressOf(serving.start())
    const terminal = fakeTerminal({ cwd: '/', env: {} })
    await runProgram(['rollout', 'show', 'checkout', '--server', address], terminal)
    expect(terminal.stderr).toBe('')
    expect(terminal.stdout).toContain('  pods ready  0 of stable, 0 of the canary\n')
    expect(terminal.stdout).toContain(
      '  waits       Deployment shop/checkout-canary is not there\n',
    )
    expect((await release.record()).rollout?.stage).toMatchObject({ step: 1, part: 'scaling' })
  })

  it('tick looks at it and lets nothing go forward that is not there', async () => {
    const { rollout, until, release } = await rolloutTerminal()
    await until(1, 'scaling')
    const before = await release.record()
    const { stdout } = await rollout('tick', '--kubeconfig', kubeconfig)
    expect(stdout).toContain('prod: shop/checkout: waits, Deployment shop/checkout is not there\n')
    expect(await release.record()).toEqual(before)
  })
})
