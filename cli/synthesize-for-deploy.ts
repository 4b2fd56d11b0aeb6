import type { Finding } from '../checks/finding.ts'
import type { Rendering } from '../manifests/rendering.ts'
import type { SynthesisOptions } from './deploy-options.ts'
import { readProjectConfig } from './project-config.ts'
import { renderFindings } from './render-findings.ts'
import { selectEnvironments } from './select-environments.ts'
import { synthesize } from './synthesize.ts'
import type { Terminal } from './terminal.ts'

/**
 * Runs the app definitions for a command that writes to, or compares with, the deploy branch.
 * Findings that nobody has waived are printed and set the exit code.
 *
 * @returns `undefined` if there are such findings
 */
export async function synthesizeForDeploy(
  options: SynthesisOptions,
  terminal: Terminal,
): Promise<readonly Rendering[] | undefined> {
  const app = options.app ?? readProjectConfig(terminal.cwd).app
  const { renderings, findings } = await synthesize({ app, detail: 'objects', terminal })
  const stopping = findings.filter(stopsPublish)
  if (stopping.length > 0) {
    terminal.err(renderFindings(stopping, terminal))
    terminal.err('\nNothing was published. Correct the app definitions, or waive what is meant.\n')
    terminal.setExitCode(1)
    return undefined
  }
  return selectEnvironments(renderings, options.env)
}

/** Errors and risks that nobody has accepted. */
const stopsPublish = ({ severity, waived }: Finding): boolean =>
  severity !== 'advice' && waived === undefined
