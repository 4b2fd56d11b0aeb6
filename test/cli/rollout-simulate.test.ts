import { beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { ROOT } from '../meta/repository.ts'
import { type FakeTerminal, fakeTerminal } from './fake-terminal.ts'

/** On a day that no window freezes, with what the shop plans for production, and fast enough. */
const simulate = (...options: readonly string[]): Promise<FakeTerminal> =>
  simulateAsSaid('--latency', '250ms', ...options)

/** With nothing said that is not in the options. */
async function simulateAsSaid(...options: readonly string[]): Promise<FakeTerminal> {
  const terminal = fakeTerminal({ cwd: ROOT, env: process.env })
  const fixed = ['checkout', '--env', 'prod', '--start', '2026-11-24T09:00Z']
  await runProgram(['rollout', 'simulate', ...fixed, ...options], terminal)
  return terminal
}

const actionsOf = ({ stdout }: FakeTerminal): readonly string[] =>
  [...stdout.matchAll(/^ +\d+:\d\d:\d\d {2}(\w[^,\n]*)/gm)].map(([, action]) => action ?? '')

describe('lockstep rollout simulate', { timeout: 60_000 }, () => {
  let good: FakeTerminal
  beforeAll(async () => {
    good = await simulate('--approve', '30m')
  })

  it('shows each commit of a release that goes well, when it would be, and what is waited for', () => {
    expect(good.stderr).toBe('')
    expect(good.exitCode).toBeUndefined()
    expect(actionsOf(good)).toEqual([
      'start',
      'shift',
      'shift',
      'scale',
      'shift',
      'await',
      'approve',
      'scale',
      'shift',
      'promote',
      'shift-back',
      'finish',
    ])
    expect(good.stdout).toMatch(/ 0:30:0\d {2}approve, step 3\/4, weight 50\n/)
    expect(good.stdout).toContain('waits: checkout-owners has to approve after step 3 (0 of 1)\n')
    expect(good.stdout).toContain('success rate 100 % of 600 requests, at least 99.5 %')
    expect(good.stdout).toMatch(/It would be promoted\.\n$/)
  })

  it('says the same each time', async () => {
    expect((await simulate('--approve', '30m')).stdout).toBe(good.stdout)
  })

  it('takes a version back that fails, by the test that a release is judged with', async () => {
    const bad = await simulate('--failing', '0.1', '--failing', '8@5m')
    expect(actionsOf(bad).slice(-2)).toEqual(['abort', 'abort-finish'])
    expect(bad.stdout).toMatch(/abort, step 2\/4, weight 0\n +success rate [\d.]+ % of [\d,]+ req/)
    expect(bad).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/be aborted\.\n$/) })
  })

  it('takes a version back that is slow, and none that is as slow as it may be', async () => {
    const slow = await simulate('--latency', '900ms@5m', '--stable-latency', '400ms')
    expect(slow.stdout).toMatch(
      /abort, step 2\/4, weight 0\n +[\d.]+ % of [\d,]+ requests took longer than 400 ms, /,
    )
    expect(slow).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/be aborted\.\n$/) })
    const fine = await simulate(
      '--latency',
      '400ms',
      '--stable-latency',
      '400ms',
      '--approve',
      '30m',
    )
    expect(fine.stdout).toMatch(/[\d.]+ % of [\d,]+ requests took longer than 400 ms, at most 1 %/)
    expect(fine.stdout).toMatch(/It would be promoted\.\n$/)
  })

  it('takes a version back that is slower than the old one, though it is fast enough', async () => {
    const slower = await simulate('--latency', '390ms@5m', '--stable-latency', '150ms')
    expect(slower.stdout).toMatch(
      /requests took longer than 400 ms, worse than stable's 0[\d.]* % of/,
    )
    const alike = ['--latency', '390ms@5m', '--stable-latency', '390ms', '--approve', '30m']
    expect((await simulate(...alike)).stdout).toMatch(/It would be promoted\.\n$/)
  })

  it('has no figures for what nobody spoke of, and says how to give some', async () => {
    const untold = await simulateAsSaid('--approve', '30m')
    expect(untold.stdout).toContain(
      'latency-p99 has no figures here: describe it with --latency, or say with --good latency-p99 that it is good\n',
    )
    expect(untold).toMatchObject({ exitCode: 1 })
    expect(actionsOf(untold)).not.toContain('promote')
    const told = await simulateAsSaid('--good', 'latency-p99', '--approve', '30m')
    expect(told.stdout).toContain('latency-p99 was said to be good\n')
    expect(told.stdout).toMatch(/It would be promoted\.\n$/)
    const other = await simulateAsSaid('--good', 'latency')
    expect(other).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/no metric 'latency'\n.*Use one of: success-rate, latency-p99/),
    })
  })

  it('aborts what nobody approves in time, and waits for pods as long as they take', async () => {
    const slow = await simulate('--ready', '20m')
    expect(slow.stdout).toMatch(/ 0:2\d:\d\d {2}shift, step 1\/4, weight 5\n/)
    expect(slow.stdout).toContain('checkout-owners did not approve step 3 within 86400 s\n')
    expect(slow.stdout).toMatch(/It would be aborted\.\n$/)
  })

  it('starts nothing while a window is on', async () => {
    const frozen = await simulate('--start', '2026-11-21T09:00Z', '--approve', '50h')
    expect(frozen.stdout).toMatch(/^.*\n +0:00:05 {4}waits: frozen for 'nobody is there on weeke/)
    expect(frozen.stdout).toMatch(/ 38:00:\d\d {2}start/)
  })

  it.each([
    ['--failing', '5%', 'Write a percentage'],
    ['--latency', 'slow@5m', 'Write a number and its unit'],
    ['--stable-latency', '0ms', 'Write a time above 0'],
    ['--ready', 'soon', 'Write a number and its unit'],
    ['--requests', '0', 'Write a number above 0'],
    ['--start', 'tomorrow', 'Write a time as'],
  ])('does not take %s %s', async (option, value, said) => {
    const refused = await simulate(option, value)
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(said) })
  })
})
