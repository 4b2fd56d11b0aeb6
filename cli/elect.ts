import type { Command } from 'commander'
import { electorCommand } from './elector-command.ts'
import { openSurroundings } from './elector-surroundings.ts'
import { addStoreOptions } from './lease-store-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep elect`: the sidecar of elected services, and of jobs with a lock. */
export const electCommand = (terminal: Terminal): Command =>
  addStoreOptions(
    electorCommand(terminal, (options, variables) =>
      openSurroundings(options, variables, terminal),
    ),
  )
