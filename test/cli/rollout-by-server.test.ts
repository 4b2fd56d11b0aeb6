import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { EMPTY_INVENTORY, writeInventory } from '../../gitops/inventory.ts'
import { eventually } from '../control-plane/eventually.ts'
import { freePort } from '../control-plane/free-port.ts'
import { gitClient } from '../gitops/git-client.ts'
import { listening } from '../kubernetes/listening-server.ts'
import { type Release, releaseOn } from '../reconciler/release-fixture.ts'
import { type FakeTerminal, fakeTerminal } from './fake-terminal.ts'
import { PERSON, quickPlan } from './rollout-terminal.ts'
import { addressOf, ServingRollouts, TOKEN } from './serving-rollouts.ts'

/** A terminal with nothing but a network, and perhaps a token. */
const askingAs = (token?: string): FakeTerminal =>
  fakeTerminal({ cwd: '/', env: { PATH: process.env.PATH, LOCKSTEP_TOKEN: token } })

async function ask(args: readonly string[], terminal = askingAs()): Promise<FakeTerminal> {
  await runProgram(['rollout', ...args], terminal)
  return terminal
}

interface Served {
  readonly serving: ServingRollouts
  readonly release: Release
}

/** A release that is live in its first step, and a server that only reads it. */
async function releaseToServe(): Promise<Served> {
  const serving = new ServingRollouts()
  const release = await releaseOn(await gitClient(serving.repository), quickPlan)
  serving.configure()
  const isLive = async () => {
    const stage = (await release.record()).rollout?.stage
    return stage?.phase === 'progressing' && stage.part === 'live'
  }
  while (!(await isLive())) await release.tick()
  return { serving, release }
}

/** What the same command says of the branch. */
const onBranch = ({ serving }: Served, args: readonly string[]): Promise<FakeTerminal> =>
  ask(
    [...args, '--remote', serving.repository, '--branch', 'deploy'],
    fakeTerminal({ cwd: serving.folder, env: PERSON }),
  )

// Processes of a server and of Git in each test, on machines that may be busy.
describe('lockstep rollout --server reads', { timeout: 180_000 }, () => {
  it.each([
    [['ls']],
    [['ls', '--env', 'prod']],
    [['show', 'checkout']],
    [['show', 'shop/checkout', '--env', 'prod']],
    [['show', 'checkout', '--format', 'svg']],
    [['show', 'checkout', '--format', 'html']],
  ])('%j as on the branch', async (args) => {
    const served = await releaseToServe()
    const address = await addressOf(served.serving.start())
    const byServer = await ask([...args, '--server', address])
    expect(byServer.stderr).toBe('')
    expect(byServer.stdout).toBe((await onBranch(served, args)).stdout)
    expect(byServer.stdout).toContain('checkout')
  })

  it('lists the same as JSON', async () => {
    const served = await releaseToServe()
    const address = await addressOf(served.serving.start())
    const byServer = JSON.parse((await ask(['ls', '--json', '--server', address])).stdout)
    expect(byServer).toEqual(JSON.parse((await onBranch(served, ['ls', '--json'])).stdout))
    expect(byServer).toMatchObject([{ environment: 'prod', rollouts: [{ name: 'checkout' }] }])
  })

  it('the same as JSON but for the time of the look', async () => {
    const served = await releaseToServe()
    const address = await addressOf(served.serving.start())
    const parsed = ({ stdout }: FakeTerminal) => {
      const { look, ...rest } = JSON.parse(stdout)
      return { ...rest, look: { ...look, at: 'some time' } }
    }
    const byServer = parsed(await ask(['show', 'checkout', '--json', '--server', address]))
    expect(byServer).toEqual(parsed(await onBranch(served, ['show', 'checkout', '--json'])))
    expect(byServer).toMatchObject({
      plan: { kind: 'RolloutPlan' },
      look: { problem: 'nobody looks at the cluster', decision: { kind: 'wait' } },
      history: [{ changes: [{ action: 'shift' }] }, { changes: [{ action: 'start' }] }, {}],
    })
  })

  it('all environments, and asks which one is meant where it cannot tell', async () => {
    const { serving, release } = await releaseToServe()
    serving.configure({}, { environment: 'staging' })
    await release.edit([{ path: 'staging/inventory.yaml', write: writeInventory(EMPTY_INVENTORY) }])
    const address = await addressOf(serving.start())
    const listed = JSON.parse((await ask(['ls', '--json', '--server', address])).stdout)
    expect(listed).toMatchObject([
      { environment: 'prod', rollouts: [{ name: 'checkout' }] },
      { environment: 'staging', rollouts: [] },
    ])
    const found = await ask(['show', 'checkout', '--server', address])
    expect(found.stdout).toContain('shop/checkout in prod: live')
    const either = await ask(['show', 'shop/checkout', '--server', address])
    expect(either).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('one of: prod, staging'),
    })
  })

  it('watch hears of each commit from the server, until it is over', async () => {
    const { serving, release } = await releaseToServe()
    const address = await addressOf(serving.start())
    const terminal = askingAs()
    // So seldom that it would miss all by itself.
    const watching = ask(['watch', 'checkout', '--every', '2h', '--server', address], terminal)
    await eventually(
      'it has begun',
      async () => terminal.stdout,
      (said) => said.includes('live'),
    )
    await release.untilRest()
    const { stdout, exitCode } = await watching
    expect(exitCode).toBeUndefined()
    expect(stdout.match(/checkout (start|shift|scale|promote|shift-back|promoted) /g)).toEqual(
      ['start', 'shift', 'scale', 'shift', 'promote', 'shift-back', 'promoted'].map(
        (action) => `checkout ${action} `,
      ),
    )
    expect(stdout).toMatch(/\nshop\/checkout in prod: at rest\n$/)
  })

  it('watch goes on when a server was away, and ends with 1 for an abort', async () => {
    const { serving, release } = await releaseToServe()
    const port = await freePort()
    const first = serving.start({}, port)
    const address = await addressOf(first)
    const terminal = askingAs()
    const watching = ask(['watch', 'checkout', '--every', '50ms', '--server', address], terminal)
    await eventually(
      'it has begun',
      async () => terminal.stdout,
      (said) => said.includes('live'),
    )
    await first.kill()
    await eventually(
      'it says that nobody answers',
      async () => terminal.stderr,
      (said) => said.includes(`127.0.0.1:${port} does not answer. Trying again\n`),
    )
    await release.abort('not today')
    await release.untilRest()
    await addressOf(serving.start({}, port))
    expect(await watching).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/not today[\s\S]*at rest\n/),
    })
  })
})

describe('lockstep rollout --server says', { timeout: 180_000 }, () => {
  const READS = [['ls'], ['show', 'shop/checkout'], ['watch', 'shop/checkout']] as const

  it('which token is missing, and which right', async () => {
    const { serving } = await releaseToServe()
    const address = await addressOf(serving.start(serving.letIn(['approve'])))
    for (const args of READS) {
      const unknown = await ask([...args, '--server', address])
      expect(unknown).toMatchObject({ exitCode: 2 })
      expect(unknown.stderr).toMatch(/no token[\s\S]*Put a token .* into LOCKSTEP_TOKEN/)
      const verb = args[0] === 'ls' ? 'list' : 'get'
      const refused = await ask([...args, '--server', address], askingAs(TOKEN))
      expect(refused).toMatchObject({ exitCode: 2 })
      expect(refused.stderr).toContain(`Grant it the verb '${verb}' on rollouts of lockstep.dev`)
    }
  })

  it('watch needs no right to list', async () => {
    const { serving, release } = await releaseToServe()
    const address = await addressOf(serving.start(serving.letIn(['get'])))
    const terminal = askingAs(TOKEN)
    const args = ['watch', 'shop/checkout', '--every', '50ms', '--server', address]
    const watching = ask(args, terminal)
    await release.untilRest()
    expect((await watching).stdout).toContain('at rest\n')
    expect(terminal.stderr).toBe('')
  })

  it('that nobody answers, or somebody else', async () => {
    for (const args of READS) {
      const nobody = await ask([...args, '--server', 'http://127.0.0.1:9'])
      expect(nobody).toMatchObject({ exitCode: 2 })
      expect(nobody.stderr).toMatch(/127\.0\.0\.1:9 does not answer\n.*Leave --server out/)
      const other = await ask([...args, '--server', await answering('<html>Welcome</html>')])
      expect(other.stderr).toMatch(/answers 200, and not as the functions do\n/)
    }
  })

  it('that it is of another version, and what it cannot read', async () => {
    const rollout = { environment: 'prod', namespace: 'shop', name: 'checkout', stable: 'abc' }
    const old = { ...rollout, heldBack: [], former: [], commit: 'def', history: [] }
    const address = await answering(JSON.stringify(old))
    for (const [args, field] of [
      [['ls'], 'rollouts'],
      [['show', 'shop/checkout'], 'plan'],
    ] as const) {
      const { exitCode, stderr } = await ask([...args, '--server', address])
      expect(exitCode).toBe(2)
      expect(stderr).toContain(`is another version of Lockstep: this one cannot read '${field}' of`)
      expect(stderr).toContain('leave --server out')
    }
  })

  it('that the functions see for themselves', async () => {
    const both = await ask(['show', 'checkout', '--server', 'http://a.test', '--kubeconfig', 'f'])
    expect(both).toMatchObject({ exitCode: 2 })
    expect(both.stderr).toContain('cannot be used with')
  })
})

/** Somebody who answers each request with that. */
async function answering(body: string): Promise<string> {
  const { port, close } = await listening(createServer((_, response) => response.end(body)))
  onTestFinished(() => close())
  return `http://127.0.0.1:${port}`
}
