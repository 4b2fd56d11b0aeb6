import { Command } from 'commander'
import { writeOutputFolder } from '../constructs/output-folder.ts'
import { readProjectConfig } from './project-config.ts'
import { renderFindings } from './render-findings.ts'
import { repeatable } from './repeatable.ts'
import { selectEnvironments } from './select-environments.ts'
import { isFatal, synthesize } from './synthesize.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep synth`: app definitions in, manifests out. */
export const synthCommand = (terminal: Terminal): Command =>
  new Command('synth')
    .description('Write the manifests of all environments into the output folder')
    .option(
      '-a, --app <command>',
      'command that runs the app definitions (default: `app` in cdk8s.yaml)',
    )
    .option('-o, --output <folder>', 'folder to write (default: `output` in cdk8s.yaml, or dist)')
    .option('-e, --env <name>', 'write this environment only; may be repeated', repeatable)
    .action((options: SynthOptions) => runSynth(options, terminal))

interface SynthOptions {
  readonly app?: string
  readonly output?: string
  readonly env?: readonly string[]
}

async function runSynth(options: SynthOptions, terminal: Terminal): Promise<void> {
  const config = readProjectConfig(terminal.cwd)
  const { renderings, findings } = await synthesize({
    app: options.app ?? config.app,
    detail: 'files',
    terminal,
  })
  if (findings.some(isFatal)) {
    terminal.err(renderFindings(findings, terminal))
    terminal.err('\nNothing was written.\n')
    terminal.setExitCode(1)
    return
  }
  const selected = selectEnvironments(renderings, options.env)
  const output = options.output ?? config.output
  writeOutputFolder({
    root: terminal.cwd,
    output,
    renderings: selected,
    partial: options.env !== undefined,
  })
  for (const { environment, files } of selected) {
    terminal.out(`${output}/${environment}: ${files.length} files\n`)
  }
}
