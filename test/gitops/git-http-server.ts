import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GIT_ENV, git } from './git.ts'

export interface GitHttpServer {
  readonly url: string
  /** Requests so far, as `POST /deploy.git/git-upload-pack`. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

export interface GitHttpServerProps {
  /** Folder of the bare repositories. */
  readonly root: string
  /** `user:password` that is asked for; nobody is asked without it. */
  readonly credentials?: string
  /** Answers a request in the place of Git; `false` lets Git answer. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Called when Git has answered; `true` cuts the connection in the place of passing it on. */
  readonly afterwards?: (request: IncomingMessage) => boolean
}

/** Serves repositories by Git's own HTTP program, as a CGI. */
export async function gitHttpServer(props: GitHttpServerProps): Promise<GitHttpServer> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.split('?')[0]}`)
    if (props.intercept?.(request, response)) return
    const expected = props.credentials && `Basic ${btoa(props.credentials)}`
    if (expected && request.headers.authorization !== expected) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end()
      return
    }
    answer(props, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, requests, close: () => close(server) }
}

const BACKEND = `${git('/', '--exec-path').trim()}/git-http-backend`

function answer(
  { root, afterwards }: GitHttpServerProps,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const cgi = spawn(BACKEND, {
    env: {
      ...GIT_ENV,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      REMOTE_USER: 'platform-team',
      REMOTE_ADDR: '127.0.0.1',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  request.pipe(cgi.stdin)
  cgi.stdin.on('error', () => {})
  const chunks: Buffer[] = []
  cgi.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  cgi.once('close', () => {
    if (afterwards?.(request)) {
      response.destroy()
      return
    }
    const output = Buffer.concat(chunks)
    const end = output.indexOf('\r\n\r\n')
    const headers = output.toString('latin1', 0, end).split('\r\n')
    let status = 200
    for (const header of headers) {
      const [name = '', value = ''] = header.split(/: (.*)/s)
      if (name === 'Status') status = Number.parseInt(value, 10)
      else response.setHeader(name, value)
    }
    response.writeHead(status).end(output.subarray(end + 4))
  })
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
