import type { CommitRequest, GitRemote, LoggedCommit, LogRequest, TreeFile } from './git-remote.ts'
import {
  BranchMovedError,
  RemoteRefusedError,
  RemoteUnreachableError,
} from './git-remote-errors.ts'
import { githubFailure } from './github-answers.ts'
import { CONTENTS_REMEDY, GitHubApi, type GraphqlAnswer, type GraphqlError } from './github-api.ts'
import { type GitHubAppProps, gitHubAppToken } from './github-app.ts'
import { gitHubBlobs } from './github-blobs.ts'
import { gitHubLog } from './github-log.ts'
import { GitHubTrees } from './github-trees.ts'
import type { ExchangeProps } from './http-exchange.ts'
import { webBase64 } from './web-base64.ts'
import { webBlobId } from './web-blob-id.ts'

export { GitHubAppKeyError, type GitHubAppProps } from './github-app.ts'

export interface GitHubRemoteProps extends ExchangeProps {
  /** `owner/name`. */
  readonly repository: string
  /**
   * A token with the permission "Contents: read and write", a function that gets one, or a GitHub
   * App that is installed on the repository.
   */
  readonly access: string | (() => Promise<string>) | GitHubAppProps
  /**
   * Of the REST API.
   *
   * @default 'https://api.github.com'
   */
  readonly apiUrl?: string
  /** @default the clock of this machine */
  readonly now?: () => Date
}

/**
 * A repository of GitHub, by its API: no `git`, disk or Node, and GitHub signs every commit.
 *
 * A commit on a branch is one mutation, `createCommitOnBranch`, whose `expectedHeadOid` is the
 * compare-and-swap. A new branch is made with its first commit already in it, by the Git database API, so that
 * it never is where nobody wanted it.
 *
 * Not promised: modes of files. What is written is a plain file. An answer that got lost leaves the
 * outcome of a commit open, since only GitHub knows its id.
 */
export class GitHubRemote implements GitRemote {
  readonly location: string
  readonly #api: GitHubApi
  readonly #trees: GitHubTrees
  readonly #repository: string

  constructor(props: GitHubRemoteProps) {
    const { repository, apiUrl = 'https://api.github.com' } = props
    const [owner = '', name = ''] = repository.split('/')
    this.#api = new GitHubApi({
      ...props,
      apiUrl,
      owner,
      name,
      token: tokenOf(props, apiUrl, name),
    })
    this.#trees = new GitHubTrees(this.#api)
    this.#repository = repository
    this.location = this.#api.location
  }

  async tip(branch: string): Promise<string | undefined> {
    const { ref } = await this.#api.repository<{ ref: { target: { oid: string } } | null }>(
      `query Tip($owner: String!, $name: String!, $ref: String!) {
        repository(owner: $owner, name: $name) { ref(qualifiedName: $ref) { target { oid } } }
      }`,
      { ref: `refs/heads/${branch}` },
    )
    return ref?.target.oid
  }

  async files(commit: string, folder: string): Promise<ReadonlyMap<string, TreeFile>> {
    const tree = await this.#treeAt(commit, folder)
    return tree === undefined ? new Map() : this.#trees.files(tree)
  }

  contents(blobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return gitHubBlobs(this.#api, [...new Set(blobs)])
  }

  blobIds(contents: readonly string[]): Promise<readonly string[]> {
    return Promise.all(contents.map(webBlobId))
  }

  log(request: LogRequest): Promise<readonly LoggedCommit[]> {
    return gitHubLog(this.#api, request)
  }

  async commit(request: CommitRequest): Promise<string> {
    const { parent, isNewBranch } = request
    return isNewBranch || parent === undefined
      ? this.#commitOnNewBranch(request)
      : this.#commitOnBranch(request, parent)
  }

  async #commitOnBranch(request: CommitRequest, parent: string): Promise<string> {
    const { branch, changes, message } = request
    const [headline = '', body = ''] = message.split(/\n+(.*)/s)
    const input = {
      branch: { repositoryNameWithOwner: this.#repository, branchName: branch },
      expectedHeadOid: parent,
      message: { headline, body: body.trimEnd() },
      fileChanges: {
        additions: changes.flatMap(({ path, write }) =>
          write === undefined ? [] : [{ path, contents: webBase64(write) }],
        ),
        deletions: changes.flatMap(({ path, write }) => (write === undefined ? [{ path }] : [])),
      },
    }
    const { data, errors = [] } = await this.#commitByMutation(input)
    const commit = data?.createCommitOnBranch?.commit.oid
    if (commit !== undefined) return commit
    throw await this.#refusal(branch, parent, errors)
  }

  async #commitByMutation(input: unknown): Promise<GraphqlAnswer<MadeCommit>> {
    try {
      return await this.#api.graphql<MadeCommit>(
        `mutation Commit($input: CreateCommitOnBranchInput!) {
          createCommitOnBranch(input: $input) { commit { oid } }
        }`,
        { input },
      )
    } catch (error) {
      throw this.#afterWriting(error)
    }
  }

  /** Words are for people; where they do not settle it, the branch does. */
  async #refusal(branch: string, parent: string, errors: readonly GraphqlError[]): Promise<Error> {
    const types = errors.map(({ type }) => type)
    const words = errors.map(({ message }) => message).join('; ')
    const cause = new Error(words)
    if (types.includes('STALE_DATA') || (await this.tip(branch)) !== parent) {
      return new BranchMovedError(branch, parent, { cause })
    }
    return types.includes('FORBIDDEN')
      ? new RemoteRefusedError(this.location, 'authentication', words, { remedy: CONTENTS_REMEDY })
      : new RemoteRefusedError(this.location, 'rejected', words)
  }

  async #commitOnNewBranch({ branch, parent, changes, message }: CommitRequest): Promise<string> {
    const base = parent === undefined ? undefined : await this.#treeAt(parent, '')
    const tree = await this.#create('git/trees', {
      ...(base !== undefined && { base_tree: base }),
      tree: changes
        .filter(({ write }) => write !== undefined || base !== undefined)
        .map(({ path, write }) => ({
          path,
          mode: '100644',
          type: 'blob',
          ...(write === undefined ? { sha: null } : { content: write }),
        })),
    })
    const commit = await this.#create('git/commits', {
      message,
      tree,
      parents: parent === undefined ? [] : [parent],
    })
    try {
      const answer = await this.#api.rest('POST', 'git/refs', {
        ref: `refs/heads/${branch}`,
        sha: commit,
      })
      if (answer.status === 201) return commit
      const cause = githubFailure(this.location, answer, CONTENTS_REMEDY)
      // Words that a protected branch has too; whether it is there, the branch knows.
      if (answer.status !== 422 || (await this.tip(branch)) === undefined) throw cause
      throw new BranchMovedError(branch, undefined, { cause })
    } catch (error) {
      const isLost = error instanceof RemoteUnreachableError
      if (isLost && (await this.tip(branch).catch(() => undefined)) === commit) return commit
      throw this.#afterWriting(error)
    }
  }

  /** No answer to a write leaves open whether it was done. */
  #afterWriting(error: unknown): unknown {
    if (!(error instanceof RemoteUnreachableError)) return error
    return new RemoteUnreachableError(this.location, error.words, {
      cause: error,
      outcome: 'unknown',
    })
  }

  async #create(path: string, body: unknown): Promise<string> {
    const answer = await this.#api.rest('POST', path, body)
    if (answer.status !== 201) throw githubFailure(this.location, answer, CONTENTS_REMEDY)
    return (answer.body as { sha: string }).sha
  }

  async #treeAt(commit: string, folder: string): Promise<string | undefined> {
    const { object } = await this.#api.repository<{
      object: { __typename: string; oid: string } | null
    }>(
      `query Tree($owner: String!, $name: String!, $expression: String!) {
        repository(owner: $owner, name: $name) { object(expression: $expression) { __typename oid } }
      }`,
      { expression: `${commit}:${folder}` },
    )
    return object?.__typename === 'Tree' ? object.oid : undefined
  }
}

interface MadeCommit {
  readonly createCommitOnBranch: { readonly commit: { readonly oid: string } } | null
}

function tokenOf(props: GitHubRemoteProps, apiUrl: string, repository: string) {
  const { access } = props
  if (typeof access === 'string') return async () => access
  if (typeof access === 'function') return access
  return gitHubAppToken({ ...props, ...access, apiUrl, repository })
}
