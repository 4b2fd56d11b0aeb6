import { Command } from 'commander'
import { lockBreakCommand } from './lock-break.ts'
import { lockLsCommand } from './lock-ls.ts'
import { lockRunCommand } from './lock-run.ts'
import { lockShowCommand } from './lock-show.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep lock`: commands under a lock, and what locks there are. */
export const lockCommand = (terminal: Terminal): Command =>
  new Command('lock')
    .description('Run a command while it holds a lock, see who holds what, break a hold')
    .helpCommand(false)
    .addCommand(lockRunCommand(terminal))
    .addCommand(lockLsCommand(terminal))
    .addCommand(lockShowCommand(terminal))
    .addCommand(lockBreakCommand(terminal))
