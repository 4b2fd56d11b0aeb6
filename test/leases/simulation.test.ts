import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exhibit } from './simulation/exhibit.ts'
import { CROWD, MUTANTS } from './simulation/mutants.ts'
import { runSimulation, type SimulationReport } from './simulation/run-simulation.ts'
import { runSchedule } from './simulation/schedule.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Enough for each kind of trouble, several times over; `main.ts` takes as many as you like. */
const SCHEDULES = 300
const CROWDED_SCHEDULES = 150
const MUTANT_FOUND_WITHIN = 2000
/** Clocks of which one runs twice as fast as another: four times more than is promised. */
const BEYOND_PROMISE = 0.35

describe('Locks, in simulated worlds', () => {
  it('keep all that they promise', { timeout: 300_000 }, async () => {
    const first = randomInt(1, 2 ** 31)
    console.log(`Schedules from seed ${first}`)
    const report = await runSimulation({ root: ROOT, first, count: SCHEDULES })
    console.log(summary(report))
    expect(report.failed).toEqual([])
    expect(report.calm).toBeGreaterThan(0)
    expect(report.holds).toBeGreaterThan(SCHEDULES)
  })

  it('keep it where so many wait that only the first of them watch', {
    timeout: 300_000,
  }, async () => {
    const first = randomInt(1, 2 ** 31)
    console.log(`Schedules of ${CROWD} processes from seed ${first}`)
    const props = { root: ROOT, first, count: CROWDED_SCHEDULES, processes: CROWD }
    const report = await runSimulation(props)
    console.log(summary(report))
    expect(report.failed).toEqual([])
    expect(report.calm).toBeGreaterThan(0)
  })

  it('are the same for the same seed', async () => {
    const [once, again] = [await runSchedule(7), await runSchedule(7)]
    expect(again).toEqual(once)
  })

  it('keep nothing apart where clocks run further apart than is promised', async () => {
    const report = await runSimulation({
      root: ROOT,
      first: 1,
      count: MUTANT_FOUND_WITHIN,
      untilFailure: true,
      drift: BEYOND_PROMISE,
    })
    expect(report.failed[0]?.violations[0]?.invariant).toBe('I3')
  }, 300_000)
})

describe('The museum of mistakes', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-museum-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it.each(MUTANTS.map((mutant, index) => ({ ...mutant, index })))(
    'has one that the simulation finds: $name',
    { timeout: 300_000 },
    async ({ index, ...mutant }) => {
      const root = join(folder, String(index))
      await exhibit(root, mutant)
      const report = await runSimulation({
        root,
        first: 1,
        count: MUTANT_FOUND_WITHIN,
        untilFailure: true,
        ...(mutant.processes && { processes: mutant.processes }),
      })
      const [found] = report.failed
      console.log(
        `${mutant.name}: ${found ? `${found.violations[0]?.invariant} after ${report.schedules} schedules` : 'NOT FOUND'}`,
      )
      expect(found?.violations[0]?.invariant).toMatch(/^(I\d+|crash)$/)
    },
  )
})

const summary = ({ schedules, holds, fenced, perMinute }: SimulationReport): string =>
  `${schedules} schedules, ${holds} holds, ${fenced} late writes refused, ${perMinute} a minute`
