import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { gatewayApiDefinitions } from '../control-plane/gateway-api.ts'
import { writeKubeconfig } from '../control-plane/kubeconfig.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { sharedFolder } from '../gitops/shared-folder.ts'
import { rolloutTerminal } from './rollout-terminal.ts'

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
      decision: { kind: 'wait' },
      observation: { canary: { ready: 0 } },
      history: [{ changes: [{ action: 'start' }] }, {}],
    })
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
