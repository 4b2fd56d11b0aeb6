import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../temporary-folder.ts'
import { freePort } from '../free-port.ts'
import { connectToSharedCluster } from '../shared-cluster-client.ts'
import { describeWithFlux } from './describe-with-flux.ts'
import { startKustomizeController } from './kustomize-controller.ts'

describeWithFlux('kustomize-controller', (cluster) => {
  const props = async () => ({
    connection: await connectToSharedCluster(),
    namespace: await cluster.namespace(),
  })

  it('that ends at its start is one message with its last lines', async () => {
    const binary = join(temporaryFolder(), 'kustomize-controller')
    writeFileSync(binary, '#!/bin/sh\necho "unknown flag: --concurrent" >&2\nexit 2\n')
    chmodSync(binary, 0o755)

    await expect(startKustomizeController({ ...(await props()), binary })).rejects.toThrow(
      /^kustomize-controller ended with exit code 2; its last lines, of \S+:\nunknown flag: --concurrent$/,
    )
  })

  it('takes another port if the first was taken meanwhile', async () => {
    const rival = createServer().listen(0, '127.0.0.1')
    await once(rival, 'listening')
    const { port: taken } = rival.address() as { port: number }
    const ports = [taken]
    const choosePort = async () => ports.pop() ?? freePort()

    const controller = await startKustomizeController({ ...(await props()), choosePort })

    expect(ports).toEqual([])
    await controller.stop()
    rival.close()
  })
})
