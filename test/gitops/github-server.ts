import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { git } from './git.ts'
import { plumbBlob, plumbBranch, plumbCommit, plumbObject, plumbTree } from './git-plumbing.ts'

/** A name for the repository, where none matters. */
export const GITHUB_NAME = 'platform/deploy'

/** An answer of the API. */
export interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface GitHubCall {
  readonly method: string
  readonly path: string
  /** Name of the operation of a call of GraphQL. */
  readonly operation: string | undefined
  readonly authorization: string
  // biome-ignore lint/suspicious/noExplicitAny: what came, of whatever form
  readonly body: any
}

export interface GitHubServerProps {
  /** The bare repository behind it. */
  readonly repository: string
  /** `owner/name`. */
  readonly name: string
  /** Who is let in. */
  readonly isToken: (token: string) => boolean
  /** Answers in the place of the repository. */
  readonly intercept?: (call: GitHubCall) => Reply | 'cut' | undefined
  /** Asked when all is done; `true` cuts the connection in the place of an answer. */
  readonly afterwards?: (call: GitHubCall) => boolean
}

export interface GitHubServer {
  readonly apiUrl: string
  readonly calls: readonly GitHubCall[]
  /** Bytes of bodies so far, both ways. */
  bytes(): number
  close(): Promise<void>
}

/**
 * What GitHub's API answers, as far as the adapter asks, with a real repository behind it.
 *
 * Forms of requests and answers: docs.github.com, "GraphQL API: Mutations, createCommitOnBranch",
 * "Input objects, FileChanges", "REST API endpoints for Git blobs, commits, references, trees". A
 * stale head: as reported in ministryofjustice/modernisation-platform issue 11985. Words for a
 * branch that does not exist, and for a path that cannot be deleted, are ours: they are documented
 * nowhere, and the adapter does not read them.
 */
export async function githubServer(props: GitHubServerProps): Promise<GitHubServer> {
  const calls: GitHubCall[] = []
  let bytes = 0
  const server = createServer(async (request, response) => {
    const { call, length } = await readCall(request)
    calls.push(call)
    bytes += length
    const reply = props.intercept?.(call) ?? answer(props, call)
    if (reply === 'cut' || props.afterwards?.(call)) return void response.destroy()
    bytes += send(response, reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    apiUrl: `http://127.0.0.1:${port}`,
    calls,
    bytes: () => bytes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readCall(request: IncomingMessage) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const body = text === '' ? undefined : JSON.parse(text)
  const call: GitHubCall = {
    method: request.method ?? '',
    path: request.url ?? '',
    operation: /^(?:query|mutation) (\w+)/.exec(body?.query ?? '')?.[1],
    authorization: request.headers.authorization ?? '',
    body,
  }
  return { call, length: text.length }
}

function send(response: ServerResponse, { status, body, headers }: Reply): number {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(text)
  return text.length
}

function answer(props: GitHubServerProps, call: GitHubCall): Reply {
  const token = call.authorization.replace(/^Bearer /, '')
  if (!props.isToken(token)) return { status: 401, body: { message: 'Bad credentials' } }
  if (call.path === '/graphql') return { status: 200, body: graphql(props, call) }
  const [, path, query] = /^\/repos\/[^/]+\/[^/]+\/git\/([^?]+)\??(.*)/.exec(call.path) ?? []
  if (path === undefined || !call.path.startsWith(`/repos/${props.name}/`)) return NOT_FOUND
  return call.method === 'GET'
    ? read(props, path, query === 'recursive=1')
    : create(props, path, call.body)
}

const NOT_FOUND: Reply = { status: 404, body: { message: 'Not Found' } }

function graphql(props: GitHubServerProps, { operation, body }: GitHubCall): unknown {
  const { variables } = body
  if (operation === 'Commit') return createCommitOnBranch(props, variables.input)
  if (`${variables.owner}/${variables.name}` !== props.name) {
    const message = `Could not resolve to a Repository with the name '${variables.owner}/${variables.name}'.`
    return { data: { repository: null }, errors: [{ type: 'NOT_FOUND', message }] }
  }
  return { data: { repository: query(props.repository, operation, variables) } }
}

function query(
  repository: string,
  operation: string | undefined,
  variables: Readonly<Record<string, string>>,
): unknown {
  if (operation === 'Tip') {
    const tip = plumbObject(repository, variables.ref ?? '')
    return { ref: tip === undefined ? null : { target: { oid: tip.oid } } }
  }
  if (operation === 'Tree') {
    const found = plumbObject(repository, variables.expression ?? '')
    const typename = found?.type === 'tree' ? 'Tree' : 'Blob'
    return { object: found === undefined ? null : { __typename: typename, oid: found.oid } }
  }
  if (operation === 'Log') return { object: { history: history(repository, variables) } }
  const ids = Object.entries(variables).filter(([name]) => /^id\d+$/.test(name))
  return Object.fromEntries(
    ids.map(([name, id]) => [
      name.replace('id', 'blob'),
      { text: textOf(plumbBlob(repository, id)) },
    ]),
  )
}

/** Commits in one answer: fewer than the adapter asks for, so that it has to ask again. */
const PAGE = 2

function history(
  repository: string,
  { commit = '', path = '', first, after, since }: Readonly<Record<string, string>>,
): unknown {
  const format = '%H%x00%P%x00%an%x00%ae%x00%cI%x00%B%x01'
  const from = after === undefined || after === null ? 0 : Number(after)
  const most = Math.min(Number(first), PAGE)
  const commits = git(
    repository,
    'log',
    `--format=${format}`,
    commit,
    '--',
    `:(top,literal)${path}`,
  ).split('\u0001')
  const nodes = commits
    .map((text) => text.trimStart().split('\0'))
    .filter(([oid, , , , committed = '']) => oid !== '' && committed >= (since ?? ''))
    .map(([oid, parents = '', name, email, committedDate, message = '']) => ({
      oid,
      parents: {
        nodes: parents
          .split(' ')
          .filter(Boolean)
          .map((parent) => ({ oid: parent })),
      },
      author: { name, email },
      committedDate,
      message: message.trimEnd(),
    }))
  return {
    nodes: nodes.slice(from, from + most),
    pageInfo: { hasNextPage: nodes.length > from + most, endCursor: String(from + most) },
  }
}

/** GraphQL cuts long texts, and has none for binary ones. */
const TEXT_LIMIT = 512_000

function textOf(content: Buffer): string | null {
  return content.includes(0) ? null : content.toString().slice(0, TEXT_LIMIT)
}

// biome-ignore lint/suspicious/noExplicitAny: what came, of whatever form
function createCommitOnBranch({ repository }: GitHubServerProps, input: any): unknown {
  const { branch, expectedHeadOid, message, fileChanges } = input
  const name: string = branch.branchName
  const tip = plumbObject(repository, `refs/heads/${name}`)
  if (tip === undefined) return refusal('NOT_FOUND', `There is no branch "${name}".`)
  const missing = fileChanges.deletions.find(
    ({ path }: { path: string }) => plumbObject(repository, `${tip.oid}:${path}`) === undefined,
  )
  if (missing !== undefined) return refusal('UNPROCESSABLE', `There is no path ${missing.path}.`)
  const tree = plumbTree(repository, expectedHeadOid, [
    ...fileChanges.deletions.map(({ path }: { path: string }) => ({ path, content: undefined })),
    ...fileChanges.additions.map(({ path, contents }: { path: string; contents: string }) => ({
      path,
      content: Buffer.from(contents, 'base64'),
    })),
  ])
  const { headline, body } = message
  const text = body === '' ? headline : `${headline}\n\n${body}`
  const commit = plumbCommit(repository, tree, [expectedHeadOid], text)
  if (plumbBranch(repository, name, commit, expectedHeadOid)) {
    return { data: { createCommitOnBranch: { commit: { oid: commit } } } }
  }
  const words = `Expected branch to point to "${expectedHeadOid}" but it did not.  Pull and try again.`
  return refusal('STALE_DATA', words)
}

const refusal = (type: string, message: string) => ({
  data: { createCommitOnBranch: null },
  errors: [{ type, path: ['createCommitOnBranch'], message }],
})

function read({ repository }: GitHubServerProps, path: string, isRecursive: boolean): Reply {
  const [kind, id = ''] = path.split('/')
  const found = plumbObject(repository, id)
  if (found === undefined) return NOT_FOUND
  if (kind === 'blobs') {
    const content = plumbBlob(repository, id).toString('base64').replaceAll(/.{60}/g, '$&\n')
    return { status: 200, body: { sha: id, encoding: 'base64', content } }
  }
  const options = isRecursive ? ['-r', '-t'] : []
  const tree = git(repository, 'ls-tree', '-z', ...options, id)
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [head = '', name] = line.split(/\t(.*)/s)
      const [mode, type, sha] = head.split(' ')
      return { path: name, mode, type, sha }
    })
  return { status: 200, body: { sha: found.oid, tree, truncated: false } }
}

// biome-ignore lint/suspicious/noExplicitAny: what came, of whatever form
function create({ repository }: GitHubServerProps, path: string, body: any): Reply {
  if (git(repository, 'for-each-ref', '--count=1') === '') {
    return { status: 409, body: { message: 'Git Repository is empty.' } }
  }
  if (path === 'trees') {
    const changes = body.tree.map(
      ({ path: file, content }: { path: string; content?: string }) => ({
        path: file,
        content: content === undefined ? undefined : Buffer.from(content),
      }),
    )
    return { status: 201, body: { sha: plumbTree(repository, body.base_tree, changes) } }
  }
  if (path === 'commits') {
    return {
      status: 201,
      body: { sha: plumbCommit(repository, body.tree, body.parents, body.message) },
    }
  }
  const branch = body.ref.replace('refs/heads/', '')
  return plumbBranch(repository, branch, body.sha, undefined)
    ? { status: 201, body: { ref: body.ref, object: { sha: body.sha } } }
    : { status: 422, body: { message: 'Reference already exists' } }
}
