import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { OTHER_SOURCES } from './aborts/other-apps.ts'
import { renderAbortRows, renderAborts } from './aborts/render.ts'
import { type AbortsResult, abortBars, benchAborts } from './aborts.ts'
import { synthBars } from './bars.ts'
import { benchCheck, checkBars } from './check.ts'
import { benchGitHosts, type GitHostsResult } from './git-hosts.ts'
import { renderGitHostsRow, renderGitHostsTable } from './git-hosts-table.ts'
import { renderLocks } from './locks/render.ts'
import { benchLocks, lockBars } from './locks.ts'
import { benchPublish, publishBars } from './publish.ts'
import { type Bar, type Group, renderBar, renderGroup } from './report.ts'
import { OUTPUT, say } from './rivals.ts'
import { renderRollouts } from './rollouts/render.ts'
import { benchRollouts, rolloutBars } from './rollouts.ts'
import { benchSimulation, simulationBar } from './simulation.ts'
import { benchSync, SPLITS, type SyncResult } from './sync.ts'
import { renderSyncRow, renderSyncTable } from './sync-table.ts'
import { benchSynth } from './synth.ts'

const USAGE = `Usage: npm run bench -- synth [--sizes 1,100,1000] [--rounds 5] [--json]
       npm run bench -- check [--sizes 4000] [--rounds 5] [--json]
       npm run bench -- publish [--sizes 1,100,1000] [--rounds 5] [--json]
       npm run bench -- locks [--sizes 1000] [--rounds 1000] [--json]
       npm run bench -- simulation [--sizes 10000] [--json]
       npm run bench -- rollouts [--sizes 10,100,1000] [--rounds 200] [--minutes 5] [--json]
       npm run bench -- aborts [--kustomizations 10,100,300] [--rounds 10] [--minutes 10]
                               [--concurrent 4] [--others same,own] [--json]
       npm run bench -- git [--sizes 10000] [--rounds 10] [--json]
       npm run bench -- sync [--sizes 5,50,150] [--rounds 20] [--minutes 10]
                                [--concurrent 4,20] [--splits environment,namespace,app] [--json]
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sizes: { type: 'string' },
    rounds: { type: 'string' },
    minutes: { type: 'string' },
    concurrent: { type: 'string' },
    kustomizations: { type: 'string', default: '10,100,300' },
    others: { type: 'string', default: 'same' },
    splits: { type: 'string', default: SPLITS.join() },
    json: { type: 'boolean', default: false },
  },
})
const numbers = (text: string) => text.split(',').map(positive)
const sizes = (initial: string) => numbers(values.sizes ?? initial)
const concurrent = (initial: string) => numbers(values.concurrent ?? initial)
const minutes = (initial: string) => positive(values.minutes ?? initial)
const rounds = (initial: string) => positive(values.rounds ?? initial)

process.once('exit', () => rmSync(OUTPUT, { recursive: true, force: true }))

switch (positionals.join(' ')) {
  case 'synth': {
    const groups = benchSynth({ sizes: sizes('1,100,1000'), rounds: rounds('5') })
    print(groups, synthBars(groups))
    break
  }
  case 'check': {
    const groups = benchCheck({ sizes: sizes('4000'), rounds: rounds('5') })
    print(groups, checkBars(groups))
    break
  }
  case 'sync': {
    const results: SyncResult[] = []
    const props = {
      sizes: sizes('5,50,150'),
      concurrent: concurrent('4,20'),
      splits: SPLITS.filter((split) => values.splits.split(',').includes(split)),
      rounds: rounds('20'),
      minutes: minutes('10'),
    }
    await benchSync(props, (result) => {
      results.push(result)
      say(renderSyncRow(result))
    })
    console.log(values.json ? JSON.stringify(results, null, 2) : renderSyncTable(results))
    break
  }
  case 'locks': {
    const result = await benchLocks({ sizes: sizes('1000'), rounds: rounds('1000') })
    const bars = lockBars(result)
    console.log(values.json ? JSON.stringify({ ...result, bars }, null, 2) : renderLocks(result))
    if (!values.json) for (const bar of bars) console.log(renderBar(bar))
    break
  }
  case 'git': {
    const results: GitHostsResult[] = []
    for (const size of sizes('10000')) {
      await benchGitHosts({ size, rounds: rounds('10') }, (result) => {
        results.push(result)
        say(renderGitHostsRow(result))
      })
    }
    console.log(values.json ? JSON.stringify(results, null, 2) : renderGitHostsTable(results))
    break
  }
  case 'simulation': {
    for (const size of sizes('10000')) {
      const speed = await benchSimulation(size)
      console.log(values.json ? JSON.stringify(speed) : renderBar(simulationBar(speed)))
    }
    break
  }
  case 'rollouts': {
    const result = await benchRollouts({
      sizes: sizes('10,100,1000'),
      rounds: rounds('200'),
      minutes: minutes('5'),
    })
    const bars = rolloutBars(result)
    console.log(values.json ? JSON.stringify({ ...result, bars }, null, 2) : renderRollouts(result))
    if (!values.json) for (const bar of bars) console.log(renderBar(bar))
    break
  }
  case 'aborts': {
    const results: AbortsResult[] = []
    const props = {
      kustomizations: numbers(values.kustomizations),
      concurrent: concurrent('4'),
      sources: OTHER_SOURCES.filter((source) => values.others.split(',').includes(source)),
      rounds: rounds('10'),
      minutes: minutes('10'),
    }
    await benchAborts(props, (result) => {
      results.push(result)
      say(renderAbortRows(result))
    })
    const bars = results.flatMap(abortBars)
    console.log(values.json ? JSON.stringify({ results, bars }, null, 2) : renderAborts(results))
    if (!values.json) for (const bar of bars) console.log(renderBar(bar))
    break
  }
  case 'publish': {
    const groups = benchPublish({ sizes: sizes('1,100,1000'), rounds: rounds('5') })
    print(groups, publishBars(groups))
    break
  }
  default:
    console.error(USAGE)
    process.exitCode = 2
}

function print(groups: readonly Group[], bars: readonly Bar[]): void {
  if (values.json) {
    console.log(JSON.stringify({ node: process.version, groups, bars }, null, 2))
    return
  }
  for (const group of groups) console.log(renderGroup(group))
  for (const bar of bars) console.log(renderBar(bar))
}

function positive(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  console.error(`'${text}' is not a whole number above 0\n\n${USAGE}`)
  process.exit(2)
}
