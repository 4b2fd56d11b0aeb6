import { describe, expect, it } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { RunningDemo } from './running-demo.ts'

/** What the commits of the story did, one after the other. */
const told = (output: string): readonly string[] =>
  [
    ...output.matchAll(
      /^ {2}[0-9a-f]{7} {4}(\S+)(?: \w+)?(?:, step (\d)\/3)?(?:, weight (\d+))?$/gm,
    ),
  ].map(([, action, step = '-', weight = '-']) => `${action} ${step} ${weight}`)

/** Share of the payments that the canary has answered between two commits, in percent. */
const sharesIn = (output: string): readonly number[] =>
  [...output.matchAll(/measured: ([\d.]+) % of \d+ payments went to the canary/g)].map(
    ([, share]) => Number(share),
  )

// As long as the story takes, on machines that may be busy.
describe('npm run demo', { timeout: 600_000 }, () => {
  it('releases what is good, takes back what is bad, and leaves nothing', async () => {
    const demo = new RunningDemo()
    expect({ code: await demo.ended, errors: demo.errors }).toEqual({ code: 0, errors: '' })
    const { output } = demo
    expect(told(output)).toEqual([
      'start 1 -',
      'shift 1 25',
      'shift 2 50',
      'shift 3 100',
      'promote 3 100',
      'shift-back 3 0',
      'promoted - -',
      'start 1 -',
      'shift 1 25',
      'abort 1 0',
      'aborted - -',
    ])
    expect(output).toMatch(
      /abort \w+, step 1\/3, weight 0\n +because success rate [\d.]+ % of \d+ requests, (?:below 99 %|worse than stable's .*)\n/,
    )
    // What was measured between two commits also has what was sent before the route was synced.
    expect(Math.max(...sharesIn(output))).toBeGreaterThan(70)
    expect(output).toMatch(/ went to the canary, [1-9][\d.]* % of them failed; on stable 0\.0 %\n/)
    expect(output).toMatch(/of \d+ payments in all, [1-9]\d* failed\.\n/)
    const [, trail = ''] = output.split('The branch is the audit trail:')
    expect(trail).toMatch(/rollout staging: shop\/checkout aborted [\s\S]*checkout promoted /)
    expect(demo.isAlive()).toBe(false)
    expect(demo.leftovers()).toEqual([])
  })

  it('ends with all of its processes when somebody presses Ctrl-C in mid-release', async () => {
    const demo = new RunningDemo()
    const isOnItsWay = (output: string) => told(output).includes('shift 1 25')
    await eventually('the first step', async () => demo.output, isOnItsWay, 300)
    demo.signal('SIGINT')
    expect(await demo.ended).toBe(130)
    expect(demo.errors).toContain('Interrupted by SIGINT')
    expect(demo.isAlive()).toBe(false)
    expect(demo.leftovers()).toEqual([])
  })

  it('leaves no process behind, even if it is killed', async () => {
    const demo = new RunningDemo()
    const hasPods = (output: string) => output.includes('runs on this machine now')
    await eventually('pods', async () => demo.output, hasPods, 300)
    demo.kill()
    await eventually(
      'the end of all processes',
      async () => demo.isAlive(),
      (alive) => !alive,
    )
  })
})
