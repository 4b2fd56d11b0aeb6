import type { Finding } from '../checks/finding.ts'
import type { Rendering } from '../manifests/rendering.ts'
import type { SynthesisOptions } from './deploy-options.ts'
import { readProjectConfig } from './project-config.ts'
import { renderFindings } from './render-findings.ts'
import { selectEnvironments } from './select-environments.ts'
import { isFatal, synthesize } from './synthesize.ts'
import type { Terminal } from './terminal.ts'

export interface DeployUse {
  /** Whether it is to be written; a command that only looks is told of risks and goes on. */
  readonly writes: boolean
}

/**
 * Runs the app definitions for a command that writes to, or compares with, the deploy branch.
 * Findings that nobody has waived are printed and set the exit code.
 *
 * @returns `undefined` if such findings leave nothing to go on with
 */
export async function synthesizeForDeploy(
  options: SynthesisOptions,
  terminal: Terminal,
  { writes }: DeployUse,
): Promise<readonly Rendering[] | undefined> {
  const app = options.app ?? readProjectConfig(terminal.cwd).app
  const { renderings, findings } = await synthesize({ app, detail: 'objects', terminal })
  const stopping = findings.filter(stopsPublish)
  if (stopping.length > 0) {
    terminal.err(renderFindings(stopping, terminal))
    const what = writes ? 'Nothing was published' : 'Publish stops at this'
    terminal.err(`\n${what}. Correct the app definitions, or waive what is meant.\n`)
    terminal.setExitCode(1)
    if (writes || stopping.some(isFatal)) return undefined
  }
  return selectEnvironments(renderings, options.env)
}

/** Errors and risks that nobody has accepted. */
const stopsPublish = ({ severity, waived }: Finding): boolean =>
  severity !== 'advice' && waived === undefined
