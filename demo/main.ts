import { reportError } from '../cli/report-error.ts'
import { processTerminal, type Terminal } from '../cli/terminal.ts'
import { Narrator } from './narrator.ts'
import { tellPublishing } from './publishing.ts'
import { tellReleasing } from './releasing.ts'
import { Workspace } from './workspace.ts'

/**
 * The story of `npm run demo`: the shop goes from TypeScript to a Git branch, and its checkout from one
 * version to the next. Real commands on real repositories, real processes that answer real requests;
 * only the cluster is this machine.
 */
async function tell(terminal: Terminal): Promise<void> {
  await using workspace = await Workspace.create(terminal)
  const narrator = new Narrator(workspace, terminal)
  await tellPublishing(workspace, narrator)
  await tellReleasing(workspace, narrator, terminal.signal)
  const git = [`--git-dir=${workspace.deploy}`, 'log']
  narrator.say('\nThe branch is the audit trail:\n')
  narrator.say(await workspace.git(...git, '--format=%h %s', 'deploy'))
  narrator.say('\nand each commit says what it did, for machines too:\n')
  narrator.say(await workspace.git(...git, '-1', '--format=%B', 'deploy'))
}

const terminal = processTerminal()
try {
  await tell(terminal)
} catch (error) {
  reportError(terminal.signal.aborted ? terminal.signal.reason : error, terminal)
  terminal.setExitCode(1)
}
