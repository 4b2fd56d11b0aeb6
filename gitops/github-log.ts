import type { LoggedCommit, LogRequest } from './git-remote.ts'
import type { GitHubApi } from './github-api.ts'

/** Most commits that GraphQL tells at once. */
const PAGE = 100

const LOG = `query Log(
  $owner: String!, $name: String!, $commit: GitObjectID!, $path: String!
  $first: Int!, $after: String, $since: GitTimestamp
) {
  repository(owner: $owner, name: $name) {
    object(oid: $commit) {
      ... on Commit {
        history(path: $path, first: $first, after: $after, since: $since) {
          nodes {
            oid message committedDate
            author { name email }
            parents(first: 10) { nodes { oid } }
          }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
}`

interface CommitNode {
  readonly oid: string
  readonly message: string
  readonly committedDate: string
  readonly author: { readonly name: string | null; readonly email: string | null } | null
  readonly parents: { readonly nodes: readonly { readonly oid: string }[] }
}

interface Page {
  readonly nodes: readonly CommitNode[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** The commits that have changed a path, as GitHub knows them. */
export async function gitHubLog(
  api: GitHubApi,
  { commit, path, limit, sinceMs }: LogRequest,
): Promise<readonly LoggedCommit[]> {
  const since = sinceMs === undefined ? null : new Date(sinceMs).toISOString()
  const told: LoggedCommit[] = []
  let after: string | null = null
  do {
    const first = Math.min(limit - told.length, PAGE)
    const page: Page = await readPage(api, { commit, path, first, after, since })
    told.push(...page.nodes.map(readNode))
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  } while (after !== null && told.length < limit)
  return told
}

const NOTHING: Page = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }

async function readPage(
  api: GitHubApi,
  variables: Readonly<Record<string, unknown>>,
): Promise<Page> {
  const { object } = await api.repository<{ object: { history: Page } | null }>(LOG, variables)
  return object?.history ?? NOTHING
}

const readNode = ({ oid, message, committedDate, author, parents }: CommitNode): LoggedCommit => ({
  id: oid,
  parents: parents.nodes.map((parent) => parent.oid),
  message: message.replace(/\n+$/, ''),
  author: { name: author?.name ?? '', email: author?.email ?? '' },
  committedAtMs: Date.parse(committedDate),
})
