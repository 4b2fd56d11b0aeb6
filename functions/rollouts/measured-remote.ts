import type {
  CommitRequest,
  GitRemote,
  LoggedCommit,
  LogRequest,
  TreeFile,
} from '../../gitops/git-remote.ts'
import {
  BranchMovedError,
  RateLimitedError,
  RemoteRefusedError,
} from '../../gitops/git-remote-errors.ts'
import type { Clock } from '../../leases/clock.ts'
import { CallMeter } from '../http/call-meter.ts'
import type { RequestMetrics } from '../http/request-metrics.ts'

export interface MeasuredRemoteProps {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly metrics: RequestMetrics | undefined
}

/** Counts what one request asks of repositories, and knows whether a commit was sent. */
export class RemoteMeter {
  readonly #meter: CallMeter
  #commits = 0

  constructor(props: MeasuredRemoteProps) {
    this.#meter = new CallMeter({ ...props, name: 'repository', isAnswer: isRefusal })
  }

  /** Whether a commit has been sent that may have arrived, or may yet. */
  get mayHaveWritten(): boolean {
    return this.#commits > 0
  }

  get calls(): number {
    return this.#meter.calls
  }

  /** For the header `Server-Timing`. */
  get serverTiming(): string {
    return this.#meter.serverTiming
  }

  /** The same repository, measured. */
  measured(remote: GitRemote): GitRemote {
    const measure = <Result>(operation: string, call: () => Promise<Result>): Promise<Result> =>
      this.#meter.measure(operation, call)
    return {
      location: remote.location,
      tip: (branch): Promise<string | undefined> => measure('tip', () => remote.tip(branch)),
      files: (commit, folder): Promise<ReadonlyMap<string, TreeFile>> =>
        measure('files', () => remote.files(commit, folder)),
      contents: (blobs): Promise<ReadonlyMap<string, string>> =>
        measure('contents', () => remote.contents(blobs)),
      blobIds: (contents) => remote.blobIds(contents),
      log: (request: LogRequest): Promise<readonly LoggedCommit[]> =>
        measure('log', () => remote.log(request)),
      commit: (request) => this.#commit(remote, request),
    }
  }

  async #commit(remote: GitRemote, request: CommitRequest): Promise<string> {
    this.#commits += 1
    try {
      return await this.#meter.measure('commit', () => remote.commit(request))
    } catch (error) {
      if (isRefusal(error)) this.#commits -= 1
      throw error
    }
  }
}

/** Failures after which nothing can have been written. */
const isRefusal = (error: unknown): boolean =>
  error instanceof BranchMovedError ||
  error instanceof RateLimitedError ||
  error instanceof RemoteRefusedError
