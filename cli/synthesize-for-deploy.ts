import type { Finding } from '../checks/finding.ts'
import type { Rendering } from '../manifests/rendering.ts'
import type { SynthesisOptions } from './deploy-options.ts'
import { concerns, withEnvironment } from './finding-environment.ts'
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
 * Findings that nobody has waived are printed and set the exit code: an error in any environment,
 * since it leaves nothing written, and risks in those that were asked for.
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
  const stopping = findings.filter(isUnaccepted)
  if (stopping.some(isFatal)) {
    report(stopping, terminal, { writes })
    return undefined
  }
  const selected = selectEnvironments(renderings, options.env)
  const risks = stopping.filter((finding) =>
    concerns(withEnvironment(finding, renderings), selected),
  )
  if (risks.length === 0) return selected
  report(risks, terminal, { writes })
  return writes ? undefined : selected
}

/** Errors and risks that nobody has accepted. */
const isUnaccepted = ({ severity, waived }: Finding): boolean =>
  severity !== 'advice' && waived === undefined

function report(stopping: readonly Finding[], terminal: Terminal, { writes }: DeployUse): void {
  terminal.err(renderFindings(stopping, terminal))
  const what = writes ? 'Nothing was published' : 'Publish stops at this'
  terminal.err(`\n${what}. Correct the app definitions, or waive what is meant.\n`)
  terminal.setExitCode(1)
}
