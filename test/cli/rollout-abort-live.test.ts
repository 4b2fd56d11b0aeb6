import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { fakeTerminal } from './fake-terminal.ts'

async function abort(...args: readonly string[]) {
  const cwd = temporaryFolder()
  const terminal = fakeTerminal({ cwd, env: { PATH: process.env.PATH } })
  await runProgram(['rollout', 'abort', ...args], terminal)
  return terminal
}

/** Of an API server that is not there. */
function unreachable(): string {
  const file = join(temporaryFolder(), 'kubeconfig')
  const cluster = { server: 'https://127.0.0.1:1' }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'prod',
    contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'me' } }],
    clusters: [{ name: 'prod', cluster }],
    users: [{ name: 'me', user: { token: 'secret' } }],
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

describe('lockstep rollout abort --live', () => {
  it.each([['--remote'], ['--branch'], ['--server']])(
    'has nothing to do with the branch: %s does not go with it',
    async (option) => {
      const value = option === '--server' ? 'https://lockstep.example.com' : 'deploy'
      const { exitCode, stderr } = await abort('shop/checkout', '--live', option, value)
      expect(exitCode).toBe(2)
      expect(stderr).toMatch(new RegExp(`'--live'.*cannot be used with.*'.*${option} `))
    },
  )

  it.each([
    ['--kubeconfig', 'file'],
    ['--context', 'prod'],
    ['--argocd-namespace', 'cd'],
    ['--accept-fewer-pods'],
    ['--sync-suspended'],
    ['--cluster-checked'],
  ])('is what %s is about, so that nobody aborts elsewhere than they think', async (...option) => {
    const { exitCode, stderr } = await abort('shop/checkout', ...option)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('→ Add --live to abort in the cluster, or leave them out')
  })

  it.each(['checkout', 'shop/', '/checkout', 'a/b/c'])(
    'wants a namespace, unlike %j',
    async (name) => {
      const { exitCode, stderr } = await abort(name, '--live', '--kubeconfig', unreachable())
      expect(exitCode).toBe(2)
      expect(stderr).toContain('→ Write it with its namespace, as shop/checkout')
    },
  )

  it('says which cluster does not answer', async () => {
    const kubeconfig = unreachable()
    const { exitCode, stderr } = await abort('shop/checkout', '--live', '--kubeconfig', kubeconfig)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^error: GET \/apis\/apps\/v1\/namespaces\/shop\/deployments did not/)
  })
})
