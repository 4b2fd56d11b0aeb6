import { Command, Option } from 'commander'
import type { LoggedCommit } from '../gitops/git-remote.ts'
import { historyEntry } from '../gitops/rollout-history.ts'
import { durationMs } from './duration-argument.ts'
import { type FoundRollout, findRollout } from './find-rollout.ts'
import { inLines } from './in-lines.ts'
import { lookAtRollout, type RolloutLook } from './look-at-rollout.ts'
import { openSight, type Sight } from './open-sight.ts'
import { pause } from './pause.ts'
import { renderRollout } from './render-rollout.ts'
import { withRolloutBranch } from './rollout-branch.ts'
import { renderCommit, rolloutLog } from './rollout-log.ts'
import {
  APP_ARGUMENT,
  addRolloutOptions,
  addSightOptions,
  type RolloutOptions,
  type SightOptions,
} from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout watch`: how a rollout goes, until it is over. */
export const rolloutWatchCommand = (terminal: Terminal): Command =>
  addSightOptions(
    addRolloutOptions(
      new Command('watch')
        .description('Show how a rollout goes until it is over; 1 is the exit code of an abort')
        .argument(...APP_ARGUMENT)
        .addOption(
          new Option('--every <duration>', 'time between two looks')
            .default(2_000, '2s')
            .argParser(durationMs),
        ),
    ),
  ).action((app: string, options: RolloutWatchOptions) => runWatch(app, options, terminal))

interface RolloutWatchOptions extends RolloutOptions, SightOptions {
  readonly every: number
}

async function runWatch(
  name: string,
  options: RolloutWatchOptions,
  terminal: Terminal,
): Promise<void> {
  using sight = await openSight(options, terminal)
  await withRolloutBranch(options, terminal, async (branch) => {
    const found = await findRollout(branch, name)
    await watch(new Watched(found, sight, terminal), options, terminal)
  })
}

async function watch(
  watched: Watched,
  { every }: RolloutWatchOptions,
  terminal: Terminal,
): Promise<void> {
  while (!terminal.signal.aborted) {
    const look = await watched.look()
    const { rollout, queued } = look.app.record.spec
    if (rollout === undefined && queued === undefined) {
      if (watched.isTakenBack) terminal.setExitCode(1)
      return
    }
    await pause(every, terminal.signal)
  }
}

/** On a screen. */
const SHOWN_COMMITS = 8
/** More than come between two looks. */
const TOLD_COMMITS = 50

/** Tells what has changed since the last look: on a screen in its place, elsewhere line by line. */
class Watched {
  readonly #found: FoundRollout
  readonly #sight: Sight
  readonly #terminal: Terminal
  #tip: string | undefined
  #log: readonly LoggedCommit[] = []
  #said = ''

  constructor(found: FoundRollout, sight: Sight, terminal: Terminal) {
    this.#found = found
    this.#sight = sight
    this.#terminal = terminal
  }

  /** Whether the newest commit has taken a revision back. */
  get isTakenBack(): boolean {
    const [newest] = this.#log
    const action = newest && historyEntry(newest, this.#found.app).told?.action
    return action === 'abort' || action === 'abort-finish'
  }

  async look(): Promise<RolloutLook> {
    const { signal, redraw } = this.#terminal
    const look = await lookAtRollout(this.#found, this.#sight.surroundings, signal)
    const known = this.#log[0]?.id
    if (look.commit !== this.#tip) {
      this.#log = await rolloutLog(this.#found, look.commit, TOLD_COMMITS)
      this.#tip = look.commit
    }
    if (redraw === undefined) this.#tell(look, known)
    else redraw(this.#screen(look))
    return look
  }

  #screen(look: RolloutLook): string {
    const commits = this.#log.slice(0, SHOWN_COMMITS)
    return inLines([
      ...renderRollout(look),
      '',
      ...commits.flatMap((one) => renderCommit(one, look.app.app)),
    ])
  }

  #tell(look: RolloutLook, known: string | undefined): void {
    const { decision, app } = look
    const [headline = ''] = renderRollout(look)
    const index = this.#log.findIndex(({ id }) => id === known)
    const commits = this.#log.slice(0, index < 0 ? SHOWN_COMMITS : index).reverse()
    this.#terminal.out(inLines(commits.flatMap((one) => renderCommit(one, app.app))))
    const reasons = decision.kind === 'wait' ? decision.reasons : decision.evidence
    const said = inLines([headline, ...reasons.map((reason) => `  ${reason}`)])
    if (said !== this.#said) this.#terminal.out(said)
    this.#said = said
  }
}
