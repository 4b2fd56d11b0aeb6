import { expect } from 'vitest'
import type { GitRemote } from '../../gitops/git-remote.ts'
import { RemoteUnreachableError } from '../../gitops/git-remote-errors.ts'
import { retryLostRaces } from '../../gitops/retry-lost-races.ts'
import { filesOf, git } from './git.ts'

const LEDGER = 'prod/rollouts/ledger'
const BRANCH = 'deploy'

export interface StressProps {
  /** A client for each writer. */
  readonly clients: readonly GitRemote[]
  readonly steps: number
}

/**
 * Many writers share out steps, and enter each into one file that all of them read and write: a
 * write on top of anything but the newest commit would lose somebody's entry.
 */
export async function enterSteps({ clients, steps }: StressProps): Promise<void> {
  const open = Array.from({ length: steps }, (_, step) => String(step)).values()
  await Promise.all(
    clients.map(async (client, writer) => {
      // One iterator for all: each step is taken once.
      for (const step of open) await enter(client, step, writer)
    }),
  )
}

async function enter(client: GitRemote, step: string, writer: number): Promise<void> {
  try {
    await retryLostRaces(() => tryEnter(client, step, writer), { attempts: 500, firstPauseMs: 50 })
  } catch (error) {
    const isOpen = error instanceof RemoteUnreachableError && error.outcome === 'unknown'
    if (!isOpen) throw error
    // What has arrived is found in the ledger, and not entered twice.
    await enter(client, step, writer)
  }
}

async function tryEnter(client: GitRemote, step: string, writer: number): Promise<void> {
  const parent = await client.tip(BRANCH)
  const ledger = parent === undefined ? '' : await readLedger(client, parent)
  if (ledger.split('\n').includes(step)) return
  await client.commit({
    branch: BRANCH,
    parent,
    isNewBranch: parent === undefined,
    changes: [
      { path: LEDGER, write: `${ledger}${step}\n` },
      { path: `prod/traffic/${step}.yaml`, write: `writer: ${writer}\n` },
    ],
    message: `step ${step}\n\nLockstep-Step: ${step}\n`,
  })
}

async function readLedger(client: GitRemote, commit: string): Promise<string> {
  const { id } = (await client.files(commit, 'prod/rollouts')).get('ledger') ?? {}
  return id === undefined ? '' : ((await client.contents([id])).get(id) ?? '')
}

/** Every step is there, in one commit each, all on one line of history. */
export function expectEveryStepOnce(repository: string, steps: number): void {
  const expected = Array.from({ length: steps }, (_, step) => String(step)).sort()
  const files = filesOf(repository, BRANCH)
  const lines = (text = '') => text.split('\n').filter((line) => line !== '')
  expect(lines(files[LEDGER]).sort()).toEqual(expected)
  expect(Object.keys(files)).toHaveLength(steps + 1)
  const trailer = '%(trailers:key=Lockstep-Step,valueonly,separator=%x2C)'
  const log = git(repository, 'log', `--format=${trailer} %P`, BRANCH)
  const commits = lines(log).map((line) => line.trim().split(' '))
  const entered = commits.map(([step = '']) => step).filter((step) => /^\d+$/.test(step))
  expect(entered.sort()).toEqual(expected)
  for (const [, ...parents] of commits) expect(parents.length).toBeLessThanOrEqual(1)
}
