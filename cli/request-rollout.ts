import { actByServer } from './act-by-server.ts'
import { actOnBranch } from './act-on-branch.ts'
import type { ActOptions } from './rollout-options.ts'
import type { Acted, RequestOf } from './rollout-request.ts'
import type { Terminal } from './terminal.ts'

/**
 * Does what a person asks of the rollouts of an app: on the branch, in their own name, or by asking the
 * functions to.
 *
 * @throws {RolloutRequestRefusedError} {NoSuchRolloutError} {SeveralRolloutsError} {BrokenRolloutError}
 * @throws {GitIdentityError} {BranchMovedError} {RemoteRefusedError} {RemoteUnreachableError}
 * @throws {RefusedByServerError} {ServerUnreachableError}
 */
export const requestRollout = (
  name: string,
  options: ActOptions,
  requestOf: RequestOf,
  terminal: Terminal,
): Promise<Acted> =>
  options.server === undefined
    ? actOnBranch(name, options, requestOf, terminal)
    : actByServer(options.server, { name, environment: options.env }, requestOf, terminal)
