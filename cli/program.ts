import { Command, CommanderError } from 'commander'
import { packageManifest } from './package-manifest.ts'
import { reportError } from './report-error.ts'
import { assertSupportedNode } from './supported-node.ts'
import type { Terminal } from './terminal.ts'

/** Each command in a module of its own, loaded when it is called: synth should not wait for Git. */
const COMMANDS: Readonly<Record<string, (terminal: Terminal) => Promise<Command>>> = {
  synth: async (terminal) => (await import('./synth.ts')).synthCommand(terminal),
  check: async (terminal) => (await import('./check.ts')).checkCommand(terminal),
  diff: async (terminal) => (await import('./diff.ts')).diffCommand(terminal),
  publish: async (terminal) => (await import('./publish.ts')).publishCommand(terminal),
  handover: async (terminal) => (await import('./handover.ts')).handoverCommand(terminal),
  lock: async (terminal) => (await import('./lock.ts')).lockCommand(terminal),
  elect: async (terminal) => (await import('./elect.ts')).electCommand(terminal),
  rollout: async (terminal) => (await import('./rollout.ts')).rolloutCommand(terminal),
  serve: async (terminal) => (await import('./serve.ts')).serveCommand(terminal),
  explain: async (terminal) => (await import('./explain.ts')).explainCommand(terminal),
}

/** The `lockstep` program: arguments in, exit code out. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<void> {
  const { version, engines } = packageManifest()
  const program = new Command('lockstep')
    .description('Typed Kubernetes apps in TypeScript, released one commit at a time')
    .version(version)
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      outputError: (text, write) => write(inOneShape(text)),
    })
  try {
    assertSupportedNode(process.versions.node, engines.node)
    const called = COMMANDS[argv[0] ?? '']
    for (const load of called === undefined ? Object.values(COMMANDS) : [called]) {
      const command = await load(terminal)
      program.addCommand(command.copyInheritedSettings(program))
      for (const part of command.commands) part.copyInheritedSettings(program)
    }
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      terminal.setExitCode(error.exitCode === 0 ? 0 : 2)
      return
    }
    reportError(error, terminal)
    terminal.setExitCode(2)
  }
}

/** What commander complains about, with what it suggests, in the shape of `reportError`. */
function inOneShape(text: string): string {
  const [complaint = '', suggestion] = text.trimEnd().split(/\n\((Did you mean .+)\)$/)
  const help = 'Add --help to see what there is'
  return `${complaint}\n  → ${suggestion === undefined ? help : `${suggestion} ${help}`}\n`
}
