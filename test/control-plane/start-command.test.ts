import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { at, items } from '../../manifests/fields.ts'
import { missingPrograms } from './binary-cache.ts'
import { Cluster } from './cluster.ts'
import { describeWithCluster } from './describe-with-cluster.ts'
import { readKubeconfig } from './kubeconfig.ts'

const command = join(import.meta.dirname, '../../scripts/control-plane.ts')

const KUBECONFIG = /export KUBECONFIG=(\S+)/

/** A start takes seconds, and many times that where many other things run. */
const SLOW_MACHINE_MS = 180_000

describeWithCluster('npm run control-plane -- start', () => {
  it.skipIf(missingPrograms().length > 0)(
    'keeps a cluster with nodes for a person, with a kubeconfig, until Ctrl-C',
    async () => {
      const run = spawn(process.execPath, [command, 'start'], { stdio: ['ignore', 'pipe', 'pipe'] })
      let said = ''
      for (const output of [run.stdout, run.stderr]) {
        output.setEncoding('utf8').on('data', (text: string) => {
          said += text
        })
      }
      await expect.poll(() => said, { timeout: SLOW_MACHINE_MS }).toMatch(KUBECONFIG)
      const kubeconfig = KUBECONFIG.exec(said)?.[1] ?? ''
      const connection = await readKubeconfig(kubeconfig)
      const { body } = await new Cluster(async () => connection).send({ path: '/api/v1/nodes' })
      expect(items(at(body, 'items'))).toHaveLength(6)

      run.kill('SIGINT')

      expect(await once(run, 'exit')).toEqual([0, null])
      expect(existsSync(dirname(kubeconfig))).toBe(false)
    },
    SLOW_MACHINE_MS,
  )
})
