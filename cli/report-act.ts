import type { Acted } from './rollout-request.ts'
import type { Terminal } from './terminal.ts'

/** What a person has not said why for. */
export const NO_REASON = 'nobody has said why'

/**
 * Says what came of a request.
 *
 * @param done what was done, as `Paused`
 * @param consequences what follows from it, as sentences
 * @param already what is to be known where it is so already, as sentences
 */
export function reportAct(
  { app, environment, commit, where }: Acted,
  done: string,
  consequences: readonly string[],
  terminal: Pick<Terminal, 'out'>,
  already: readonly string[] = [],
): void {
  const what = `${app} in ${environment}`
  const [headline, sentences] =
    commit === undefined
      ? [`Nothing to do: ${what} is so already`, already]
      : [`${done} ${what}, as ${commit.slice(0, 12)} on ${where}`, consequences]
  terminal.out([headline, ...sentences].join('\n  ').concat('\n'))
}

/** How a command is called for the same app. */
export const commandFor = (verb: string, { app, environment }: Acted): string =>
  `lockstep rollout ${verb} ${app} --env ${environment}`
