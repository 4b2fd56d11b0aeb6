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
import type { CallMeasure, RequestMetrics } from '../http/request-metrics.ts'

export interface MeasuredRemoteProps {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly metrics: RequestMetrics | undefined
}

/** Counts what one request asks of repositories, and knows whether a commit was sent. */
export class RemoteMeter {
  readonly #props: MeasuredRemoteProps
  #calls = 0
  #durationMs = 0
  #commits = 0

  constructor(props: MeasuredRemoteProps) {
    this.#props = props
  }

  /** Whether a commit has been sent that may have arrived, or may yet. */
  get mayHaveWritten(): boolean {
    return this.#commits > 0
  }

  get calls(): number {
    return this.#calls
  }

  /** For the header `Server-Timing`. */
  get serverTiming(): string {
    const calls = this.#calls === 1 ? '1 call' : `${this.#calls} calls`
    return `repository;dur=${this.#durationMs.toFixed(1)};desc="${calls}"`
  }

  /** The same repository, measured. */
  measured(remote: GitRemote): GitRemote {
    const measure = <Result>(operation: string, call: () => Promise<Result>): Promise<Result> =>
      this.#measure(operation, call)
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
      return await this.#measure('commit', () => remote.commit(request))
    } catch (error) {
      if (isRefusal(error)) this.#commits -= 1
      throw error
    }
  }

  async #measure<Result>(operation: string, call: () => Promise<Result>): Promise<Result> {
    const { clock, metrics } = this.#props
    const startedMs = clock.monotonicMs()
    let outcome: CallMeasure['outcome'] = 'done'
    this.#calls += 1
    try {
      return await call()
    } catch (error) {
      outcome = isRefusal(error) ? 'refused' : 'failed'
      throw error
    } finally {
      const durationMs = clock.monotonicMs() - startedMs
      this.#durationMs += durationMs
      metrics?.call({ operation, outcome, durationMs })
    }
  }
}

/** Failures after which nothing can have been written. */
const isRefusal = (error: unknown): boolean =>
  error instanceof BranchMovedError ||
  error instanceof RateLimitedError ||
  error instanceof RemoteRefusedError
