import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { chooseCluster, chooseClusterWithNodes } from './cluster-choice.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-assets-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('The cluster of a test run', () => {
  it('is the one that LOCKSTEP_TEST_KUBECONFIG names, whatever else there is', () => {
    const env = { LOCKSTEP_TEST_KUBECONFIG: '/some/config', KUBEBUILDER_ASSETS: folder }
    expect(chooseCluster(env)).toEqual({ kind: 'kubeconfig', file: '/some/config' })
  })

  it('says which program KUBEBUILDER_ASSETS lacks', () => {
    writeFileSync(join(folder, 'etcd'), '')
    expect(chooseCluster({ KUBEBUILDER_ASSETS: folder })).toEqual({
      kind: 'none',
      reason: `KUBEBUILDER_ASSETS (${folder}) has no kube-apiserver`,
    })
  })

  it('is started from the programs in KUBEBUILDER_ASSETS if they are there', () => {
    for (const name of ['etcd', 'kube-apiserver']) writeFileSync(join(folder, name), '')
    expect(chooseCluster({ KUBEBUILDER_ASSETS: folder })).toEqual({
      kind: 'binaries',
      binaries: { etcd: join(folder, 'etcd'), 'kube-apiserver': join(folder, 'kube-apiserver') },
    })
  })

  it('has nodes only if all programs are built, whatever else there is', () => {
    const env = { LOCKSTEP_TEST_KUBECONFIG: '/some/config', XDG_CACHE_HOME: folder }
    expect(chooseClusterWithNodes(env)).toEqual({
      kind: 'none',
      reason:
        'etcd and kube-apiserver and kube-controller-manager and kube-scheduler and kwok not ' +
        'built yet: run `npm run control-plane`',
    })
  })

  it('has nodes only if all programs are in KUBEBUILDER_ASSETS, or are built', () => {
    const assets = mkdtempSync(join(folder, 'assets-'))
    const env = { KUBEBUILDER_ASSETS: assets, XDG_CACHE_HOME: join(folder, 'empty') }
    const put = (...names: readonly string[]) =>
      Object.fromEntries(
        names.map((name) => {
          writeFileSync(join(assets, name), '')
          return [name, join(assets, name)]
        }),
      )
    const api = put('etcd', 'kube-apiserver')
    put('kubectl')
    expect(chooseClusterWithNodes(env)).toEqual({
      kind: 'none',
      reason:
        `KUBEBUILDER_ASSETS (${assets}) has no kube-controller-manager and no kube-scheduler ` +
        'and no kwok; etcd and kube-apiserver and kube-controller-manager and kube-scheduler ' +
        'and kwok not built yet: run `npm run control-plane`',
    })

    const others = put('kube-controller-manager', 'kube-scheduler', 'kwok')
    expect(chooseClusterWithNodes(env)).toEqual({
      kind: 'binaries',
      binaries: { ...api, ...others },
    })
  })

  it('is none when nothing is built, with the command that mends it', () => {
    expect(chooseCluster({ XDG_CACHE_HOME: folder })).toEqual({
      kind: 'none',
      reason: 'etcd and kube-apiserver not built yet: run `npm run control-plane`',
    })
  })
})
