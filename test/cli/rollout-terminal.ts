import { join } from 'node:path'
import { runProgram } from '../../cli/program.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { bareRepository, GIT_ENV } from '../gitops/git.ts'
import { gitClient } from '../gitops/git-client.ts'
import { type Release, releaseOn } from '../reconciler/release-fixture.ts'
import { planWith } from '../rollouts/plan-fixture.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type FakeTerminal, fakeTerminal } from './fake-terminal.ts'

export interface RolloutTerminal {
  /** Of the app `shop/checkout` on a real repository, in a cluster that is imagined. */
  readonly release: Release
  readonly repository: string
  /** Runs `lockstep rollout` with these arguments, as a person with a clone of their own would. */
  readonly rollout: (...args: readonly string[]) => Promise<FakeTerminal>
  /** The same on a screen: what stood on it, one after the other. */
  readonly onScreen: (...args: readonly string[]) => Promise<readonly string[]>
  /** Ticks until it has come to a part of a step. */
  readonly until: (step: number, part: 'scaling' | 'live') => Promise<void>
}

export const PERSON: Readonly<Record<string, string | undefined>> = {
  ...GIT_ENV,
  GIT_AUTHOR_NAME: 'On Call',
  GIT_AUTHOR_EMAIL: 'on-call@example.com',
}

/** Over as soon as it is seen, and never too late for a clock that is not that of the imagined cluster. */
export const quickPlan = planWith({
  steps: [{ weight: 20, holdSeconds: 1 }],
  analysis: [],
  freezeWindows: [],
  deadlineSeconds: 1_000_000_000,
})

/** A person at a terminal, and a release that waits for its start. */
export async function rolloutTerminal(
  plan: RolloutPlan = quickPlan,
  repository = bareRepository(join(temporaryFolder(), 'deploy.git')),
): Promise<RolloutTerminal> {
  const folder = temporaryFolder()
  const release = await releaseOn(await gitClient(repository), plan)
  const where = ['--remote', repository, '--branch', 'deploy']
  return {
    release,
    repository,
    rollout: async (verb = '', ...args) => {
      const terminal = fakeTerminal({ cwd: folder, env: PERSON })
      await runProgram(['rollout', verb, ...where, ...args], terminal)
      return terminal
    },
    onScreen: async (verb = '', ...args) => {
      const screens: string[] = []
      const redraw = (text: string): void => void screens.push(text)
      const terminal = { ...fakeTerminal({ cwd: folder, env: PERSON }), redraw }
      await runProgram(['rollout', verb, ...where, ...args], terminal)
      return screens
    },
    until: async (step, part) => {
      for (let looks = 0; looks < 50; looks++) {
        const stage = (await release.record()).rollout?.stage
        if (stage?.phase === 'progressing' && stage.step === step && stage.part === part) return
        await release.tick()
      }
      throw new Error(`Never came to step ${step}, ${part}`)
    },
  }
}
