import type { Terminal } from '../cli/terminal.ts'
import { DemoStepError } from './demo-step-error.ts'
import type { Run, Workspace } from './workspace.ts'

/** How a step of the story ends. */
interface Ending {
  /** @default 0 */
  readonly code?: number
  /** Words of what it prints. */
  readonly says?: string
}

/** Tells the story, in plain lines. */
export class Narrator {
  readonly #workspace: Workspace
  readonly #out: Terminal['out']

  constructor(workspace: Workspace, { out }: Pick<Terminal, 'out'>) {
    this.#workspace = workspace
    this.#out = out
  }

  say(text: string): void {
    this.#out(text.endsWith('\n') ? text : `${text}\n`)
  }

  /** Tells a step, does it, and shows what it printed. It must end as the story says. */
  async step(
    sentence: string,
    command: readonly string[],
    { code = 0, says = '' }: Ending = {},
  ): Promise<Run> {
    if (sentence !== '') this.say(`\n${sentence}\n`)
    this.say(`  $ lockstep ${command.join(' ')}`)
    const run = await this.#workspace.lockstep(...command)
    this.say(run.output.replaceAll(/^(?=.)/gm, '    '))
    const isAsTold = run.code === code && run.output.includes(says)
    if (!isAsTold) throw new DemoStepError(`lockstep ${command.join(' ')}`, run.output)
    return run
  }
}
