import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { chooseClusterWithNodes } from './cluster-choice.ts'
import { commandLineOf } from './command-line.ts'
import { startControlPlane } from './control-plane.ts'
import { describeWithCluster } from './describe-with-cluster.ts'
import { ProgramGroup } from './program-group.ts'
import type { Binaries } from './programs.ts'
import { SharedCluster } from './shared-cluster.ts'
import { SupervisedProcess } from './supervised-process.ts'

/** A start takes three seconds, and many times that where many other things run. */
const SLOW_MACHINE_MS = 120_000

const choice = chooseClusterWithNodes()

/** Stands in for a program. */
function script(...lines: readonly string[]): string {
  const file = join(temporaryFolder(), 'program')
  writeFileSync(file, ['#!/bin/sh', ...lines].join('\n'))
  chmodSync(file, 0o755)
  return file
}

const lives = () => script('exec sleep 1000')
const diskFull = () => script('echo "write wal: no space left on device" >&2', 'exit 1')
const unknownFlag = () => script('sleep 0.2', 'echo "unknown flag: --kubeconfig" >&2', 'exit 2')

describeWithCluster('A program of a control plane that ends by itself', () => {
  it('ends the start, with its last lines, also if another one is waited for', async () => {
    // Would be waited for, for a minute, if nobody looked after etcd.
    const binaries = { etcd: diskFull(), 'kube-apiserver': lives() }

    await expect(startControlPlane(binaries)).rejects.toThrow(
      /^etcd ended with exit code 1; its last lines, of \S+etcd\.log:\nwrite wal: no space left on device$/,
    )
  })

  it('is told apart from one that was stopped', async () => {
    const folder = temporaryFolder()
    const programs = new ProgramGroup()
    const [stays, goes] = await Promise.all([
      SupervisedProcess.start('kwok', lives(), [], folder),
      SupervisedProcess.start('kube-scheduler', unknownFlag(), [], folder),
    ])
    programs.addProgram(stays)
    await stays.stop()
    programs.addProgram(goes)

    expect((await programs.broken).message).toMatch(/^kube-scheduler ended with exit code 2; /)
    expect(programs.signal.reason).toBe(await programs.broken)
    await programs.stop()
  })

  it.skipIf(choice.kind === 'none')(
    'is one message to who watches the run and to all suites that come after, and ends the others',
    async () => {
      if (choice.kind === 'none') return
      const controllers = { 'kube-controller-manager': lives(), kwok: lives() }
      const binaries: Binaries = {
        ...choice.binaries,
        ...controllers,
        'kube-scheduler': unknownFlag(),
      }
      const said: string[] = []
      const cluster = new SharedCluster({ kind: 'binaries', binaries }, (line) => said.push(line))
      const message =
        /^kube-scheduler ended with exit code 2; its last lines, of (\S+):\nunknown flag: --kubeconfig$/

      // How far the start had come when that happened plays no part.
      await cluster.connect().then(
        () => expect.poll(() => said.at(-1), { timeout: 30_000 }).toMatch(message),
        ({ message }: Error) => said.push(message),
      )

      await expect(cluster.connect()).rejects.toThrow(message)
      const folder = dirname(message.exec(said.at(-1) ?? '')?.[1] ?? '')
      const pids = ['etcd', 'kube-apiserver', 'kwok'].map((name) =>
        Number(readFileSync(join(folder, `${name}.pid`), 'utf8')),
      )
      expect(await Promise.all(pids.map(commandLineOf))).toEqual([undefined, undefined, undefined])
      rmSync(folder, { recursive: true })
      await cluster.stop('drop logs')
    },
    SLOW_MACHINE_MS,
  )
})
