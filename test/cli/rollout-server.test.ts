import { describe, expect, it, onTestFinished } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { serveBeside } from '../../cli/serve-beside.ts'
import { serveLocks } from '../../functions/node.ts'
import { MemoryLeaseStore } from '../../leases/memory-lease-store.ts'
import { fakeTerminal } from './fake-terminal.ts'
import { PERSON, rolloutTerminal } from './rollout-terminal.ts'

/** A release, and the functions that are asked about it: by whoever is on this machine. */
async function servedRelease() {
  const { release, repository, until } = await rolloutTerminal()
  const target = {
    environment: 'prod',
    branch: 'deploy',
    repository: { kind: 'git', remote: repository },
    cluster: { kind: 'none' },
  }
  const env = {
    ...PERSON,
    LOCKSTEP_LISTEN: '127.0.0.1:0',
    LOCKSTEP_ROLLOUTS: JSON.stringify({ targets: [target] }),
  }
  const { address, stop } = await serveLocks({
    store: new MemoryLeaseStore(),
    env,
    beside: serveBeside(undefined, { cwd: '/', env }),
    write: () => {},
  })
  onTestFinished(() => stop())
  const ask = async (...args: readonly string[]) => {
    const terminal = fakeTerminal({ cwd: '/', env: { PATH: process.env.PATH } })
    await runProgram(['rollout', ...args], terminal)
    return terminal
  }
  return { release, until, address, ask }
}

describe('lockstep rollout --server', { timeout: 120_000 }, () => {
  it('asks the functions, with no repository, project or identity of Git around', async () => {
    const { release, until, address, ask } = await servedRelease()
    await until(1, 'live')
    const paused = await ask('pause', 'checkout', '--reason', 'lunch', '--server', address)
    expect(paused.stderr).toBe('')
    expect(paused.stdout).toMatch(/^Paused shop\/checkout in prod, as \w{12} on http:/)
    expect((await release.record()).rollout?.paused).toMatchObject({ reason: 'lunch' })
    const again = await ask('pause', 'shop/checkout', '--server', `${address}/`, '--env', 'prod')
    expect(again.stdout).toBe('Nothing to do: shop/checkout in prod is so already\n')
    await ask('resume', 'checkout', '--server', address)
    expect((await release.record()).rollout?.paused).toBeUndefined()
    expect((await ask('abort', 'checkout', '--server', address)).stdout).toContain('Aborted')
    expect((await release.record()).rollout?.stage.phase).toBe('aborting')
  })

  it('says what the functions say when they refuse, and who does not answer', async () => {
    const { until, address, ask } = await servedRelease()
    await until(1, 'live')
    const other = await ask(
      'approve',
      'checkout',
      '--revision',
      'another',
      '--step',
      '1',
      '--server',
      address,
    )
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('another') })
    const unknown = await ask('pause', 'chekout', '--server', address)
    expect(unknown.stderr).toContain("Did you mean 'checkout'?")
    const nobody = await ask('pause', 'shop/checkout', '--server', 'http://127.0.0.1:9')
    expect(nobody).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Leave --server out to work on the branch itself'),
    })
    const both = await ask('pause', 'checkout', '--server', address, '--remote', '/elsewhere')
    expect(both.stderr).toContain('cannot be used with')
  })
})
