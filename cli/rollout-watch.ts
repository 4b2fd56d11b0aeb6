import { Command, Option } from 'commander'
import type { CommitAnswer } from '../functions/rollouts/commit-answer.ts'
import type { LookedAnswer } from '../functions/rollouts/look-answer.ts'
import { RemoteUnreachableError } from '../gitops/git-remote-errors.ts'
import { durationMs } from './duration-argument.ts'
import { inLines } from './in-lines.ts'
import { renderCommit } from './render-commit.ts'
import { renderRollout } from './render-rollout.ts'
import { RefusedByServerError, ServerUnreachableError } from './rollout-api-errors.ts'
import {
  APP_ARGUMENT,
  addReadOptions,
  addSightOptions,
  type LookOptions,
} from './rollout-options.ts'
import type { RolloutSource } from './rollout-source.ts'
import type { Terminal } from './terminal.ts'
import { withRolloutSource } from './with-rollout-source.ts'

/** `lockstep rollout watch`: how a rollout goes, until it is over. */
export const rolloutWatchCommand = (terminal: Terminal): Command =>
  addSightOptions(
    addReadOptions(
      new Command('watch')
        .description('Show how a rollout goes until it is over; 1 is the exit code of an abort')
        .argument(...APP_ARGUMENT)
        .addOption(
          new Option('--every <duration>', 'time between two looks')
            .default(2_000, '2s')
            .argParser(durationMs),
        ),
    ),
  ).action((app: string, options: RolloutWatchOptions) =>
    withRolloutSource(app, options, terminal, (source) => watch(source, options, terminal)),
  )

interface RolloutWatchOptions extends LookOptions {
  readonly every: number
}

async function watch(
  source: RolloutSource,
  { every }: RolloutWatchOptions,
  terminal: Terminal,
): Promise<void> {
  const watched = new Watched(source, terminal)
  while (!terminal.signal.aborted) {
    const looked = await watched.look()
    if (looked !== undefined && looked.rollout === undefined && looked.queued === undefined) {
      if (watched.isTakenBack) terminal.setExitCode(1)
      return
    }
    await source.pause(every)
  }
}

/** On a screen. */
const SHOWN_COMMITS = 8
/** More than come between two looks. */
const TOLD_COMMITS = 50

/** Tells what has changed since the last look: on a screen in its place, elsewhere line by line. */
class Watched {
  readonly #source: RolloutSource
  readonly #terminal: Terminal
  #tip: string | undefined
  #log: readonly CommitAnswer[] = []
  #said = ''
  #problem: string | undefined

  constructor(source: RolloutSource, terminal: Terminal) {
    this.#source = source
    this.#terminal = terminal
  }

  /** Whether the newest commit has taken a revision back, but for one that settles that. */
  get isTakenBack(): boolean {
    const actions = this.#log.map(({ changes: [change] }) => change?.action)
    const action = actions.find((each) => each !== 'settle')
    return action === 'abort' || action === 'abort-finish'
  }

  /** `undefined` if nothing could be read just now, though it could before. */
  async look(): Promise<LookedAnswer | undefined> {
    const known = this.#log[0]?.commit
    const looked = await this.#read().catch((error: unknown) => {
      if (this.#tip === undefined || !isPassing(error)) throw error
      if (this.#problem !== error.message) this.#terminal.err(`${error.message}. Trying again\n`)
      this.#problem = error.message
    })
    if (looked === undefined) return undefined
    this.#problem = undefined
    const { redraw } = this.#terminal
    if (redraw === undefined) this.#tell(looked, known)
    else redraw(this.#screen(looked))
    return looked
  }

  async #read(): Promise<LookedAnswer> {
    const looked = await this.#source.look()
    if (looked.commit !== this.#tip) {
      const { commits } = await this.#source.log(TOLD_COMMITS)
      this.#log = commits
      this.#tip = looked.commit
    }
    return looked
  }

  #screen(looked: LookedAnswer): string {
    const commits = this.#log.slice(0, SHOWN_COMMITS)
    return inLines([...renderRollout(looked), '', ...commits.flatMap(renderCommit)])
  }

  #tell(looked: LookedAnswer, known: string | undefined): void {
    const { decision } = looked.look
    const [headline = ''] = renderRollout(looked)
    const index = this.#log.findIndex(({ commit }) => commit === known)
    const commits = this.#log.slice(0, index < 0 ? SHOWN_COMMITS : index).reverse()
    this.#terminal.out(inLines(commits.flatMap(renderCommit)))
    const reasons = decision.kind === 'wait' ? decision.reasons : decision.evidence
    const said = inLines([headline, ...reasons.map((reason) => `  ${reason}`)])
    if (said !== this.#said) this.#terminal.out(said)
    this.#said = said
  }
}

/** Whether it may be over with the next look. */
const isPassing = (error: unknown): error is Error =>
  error instanceof ServerUnreachableError ||
  error instanceof RemoteUnreachableError ||
  (error instanceof RefusedByServerError && error.isPassing)
