/** Pull requests of a repository, or what its host calls them. */
export interface ChangeRequests {
  /** All that were ever made of a branch of the repository itself, in no order. */
  ofBranch(branch: string): Promise<readonly ChangeRequest[]>

  /** Those that wait to be merged into a branch, of branches of the repository itself; the newest hundred. */
  waitingFor(target: string): Promise<readonly ChangeRequest[]>

  /**
   * Asks for a merge.
   *
   * @returns the one that there is, if somebody was faster
   * @throws {RemoteRefusedError} {RateLimitedError} {RemoteUnreachableError}
   */
  open(request: NewChangeRequest): Promise<ChangeRequest>

  /** Takes a request back. */
  close(request: ChangeRequest): Promise<void>
}

export interface ChangeRequest {
  /** What people see. */
  readonly url: string
  readonly number: number
  readonly branch: string
  readonly state: 'open' | 'merged' | 'closed'
}

export interface NewChangeRequest {
  readonly branch: string
  /** The branch that it is to be merged into. */
  readonly target: string
  readonly title: string
  /** Markdown. */
  readonly text: string
}
