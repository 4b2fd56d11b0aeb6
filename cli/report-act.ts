import type { Acted } from './act-on-branch.ts'
import type { Terminal } from './terminal.ts'

/** The looks that do what follows from a request. */
export const NEXT_LOOK = 'the next look: that of the functions, or `lockstep rollout tick`'

/**
 * Says what came of a request.
 *
 * @param done what was done, as `Paused`
 * @param consequences what follows from it, as sentences
 */
export function reportAct(
  { found: { app, place }, result }: Acted,
  done: string,
  consequences: readonly string[],
  terminal: Pick<Terminal, 'out'>,
): void {
  const where = `${app} in ${place.environment}`
  if (result.outcome === 'unchanged') {
    terminal.out(`Nothing to do: ${where} is so already\n`)
    return
  }
  const commit = `${result.commit.slice(0, 12)} on ${place.branch} of ${place.remote.location}`
  terminal.out(`${done} ${where}, as ${commit}\n`)
  for (const sentence of consequences) terminal.out(`  ${sentence}\n`)
}

/** How a command is called for the same app. */
export const commandFor = (
  verb: string,
  { found: { app, place } }: Pick<Acted, 'found'>,
  more = '',
): string => `lockstep rollout ${verb} ${app}${more} --env ${place.environment}`
