import type { Acted } from './rollout-request.ts'
import type { Terminal } from './terminal.ts'

/** What a person has not said why for. */
export const NO_REASON = 'nobody has said why'

/**
 * Says what came of a request.
 *
 * @param done what was done, as `Paused`
 * @param consequences what follows from it, as sentences
 */
export function reportAct(
  { app, environment, commit, where }: Acted,
  done: string,
  consequences: readonly string[],
  terminal: Pick<Terminal, 'out'>,
): void {
  const what = `${app} in ${environment}`
  if (commit === undefined) {
    terminal.out(`Nothing to do: ${what} is so already\n`)
    return
  }
  terminal.out(`${done} ${what}, as ${commit.slice(0, 12)} on ${where}\n`)
  for (const sentence of consequences) terminal.out(`  ${sentence}\n`)
}

/** How a command is called for the same app. */
export const commandFor = (verb: string, { app, environment }: Acted): string =>
  `lockstep rollout ${verb} ${app} --env ${environment}`
