import { Command } from 'commander'
import { rolloutAbortCommand } from './rollout-abort.ts'
import { rolloutApproveCommand } from './rollout-approve.ts'
import { rolloutLsCommand } from './rollout-ls.ts'
import { rolloutPauseCommand } from './rollout-pause.ts'
import { rolloutPromoteCommand } from './rollout-promote.ts'
import { rolloutRepairCommand } from './rollout-repair.ts'
import { rolloutResumeCommand } from './rollout-resume.ts'
import { rolloutRetryCommand } from './rollout-retry.ts'
import { rolloutRollbackCommand } from './rollout-rollback.ts'
import { rolloutSettleCommand } from './rollout-settle.ts'
import { rolloutShowCommand } from './rollout-show.ts'
import { rolloutSimulateCommand } from './rollout-simulate.ts'
import { rolloutTickCommand } from './rollout-tick.ts'
import { rolloutWatchCommand } from './rollout-watch.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout`: how releases go, and what people have to say about it. */
export const rolloutCommand = (terminal: Terminal): Command =>
  new Command('rollout')
    .description('See how far releases have come, let them go on, stop them, take them back')
    .helpCommand(false)
    .addCommand(rolloutLsCommand(terminal))
    .addCommand(rolloutShowCommand(terminal))
    .addCommand(rolloutWatchCommand(terminal))
    .addCommand(rolloutAbortCommand(terminal))
    .addCommand(rolloutSettleCommand(terminal))
    .addCommand(rolloutPauseCommand(terminal))
    .addCommand(rolloutResumeCommand(terminal))
    .addCommand(rolloutApproveCommand(terminal))
    .addCommand(rolloutPromoteCommand(terminal))
    .addCommand(rolloutRetryCommand(terminal))
    .addCommand(rolloutRollbackCommand(terminal))
    .addCommand(rolloutRepairCommand(terminal))
    .addCommand(rolloutTickCommand(terminal))
    .addCommand(rolloutSimulateCommand(terminal))
