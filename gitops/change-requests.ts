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

  /** Closes a request that another takes the place of, so that nobody takes it for what people have closed. */
  supersede(request: ChangeRequest): Promise<void>
}

export interface ChangeRequest {
  /** What people see. */
  readonly url: string
  readonly number: number
  readonly branch: string
  readonly title: string
  /** `superseded`: closed by `supersede`. `closed`: by people. */
  readonly state: 'open' | 'merged' | 'closed' | 'superseded'
}

export interface NewChangeRequest {
  readonly branch: string
  /** The branch that it is to be merged into. */
  readonly target: string
  readonly title: string
  /** Markdown. */
  readonly text: string
}
