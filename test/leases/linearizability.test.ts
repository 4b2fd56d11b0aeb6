import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeWithProgram } from '../judges/describe-with-judge.ts'
import { judgeHistories } from '../judges/history-judge.ts'
import { HISTORY_JUDGE } from '../judges/programs.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { exhibit } from './simulation/exhibit.ts'
import { MUTANTS } from './simulation/mutants.ts'
import { runSimulation } from './simulation/run-simulation.ts'

const ROOT = join(import.meta.dirname, '../..')
const SCHEDULES = 200
/** It takes long to find that there is no order in which something can have happened. */
const MUTANT_SCHEDULES = 50
/** From here on each of the mistakes shows, the rarest one too. */
const MUTANT_SEED = 420
/** Of mistakes that let two hold at once, or give tokens in the wrong order. */
const SEEN_IN_HISTORIES = [
  'the token of the hold before is kept',
  'expiry by wall clocks',
  'a hold counts from when the answer to the acquiring write came',
  'no compare-and-swap',
]

describeWithProgram(HISTORY_JUDGE, () => {
  it('finds that locks behave as a fenced mutex, whatever happens', {
    timeout: 300_000,
  }, async () => {
    const histories = join(temporaryFolder(), 'histories.jsonl')
    const first = randomInt(1, 2 ** 31)
    console.log(`Histories from seed ${first}`)
    await runSimulation({ root: ROOT, first, count: SCHEDULES, histories })
    const verdicts = await judgeHistories(histories)
    expect(verdicts).toHaveLength(SCHEDULES)
    expect(verdicts.filter(({ verdict }) => verdict !== 'Ok')).toEqual([])
    expect(Math.max(...verdicts.map(({ operations }) => operations))).toBeGreaterThan(20)
  })

  it.each(MUTANTS.filter(({ name }) => SEEN_IN_HISTORIES.includes(name)))(
    'finds that it is none, and draws how: $name',
    { timeout: 300_000 },
    async (mutant) => {
      const root = temporaryFolder()
      await exhibit(root, mutant)
      const [histories, page] = [join(root, 'histories.jsonl'), join(root, 'page.html')]
      await runSimulation({ root, first: MUTANT_SEED, count: MUTANT_SCHEDULES, histories })
      const verdicts = await judgeHistories(histories, page)
      expect(verdicts.map(({ verdict }) => verdict)).toContain('Illegal')
      const html = await readFile(page, 'utf8')
      expect(html).toContain('gets shop/ledger')
      // It can be looked at wherever it is sent.
      expect(html).not.toMatch(/(?:src|href)=["']?https?:/)
    },
  )
})
