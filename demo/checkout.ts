import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/*
 * The checkout of the shop, as it would be in its image: a service that takes payments and counts its
 * answers for a metric store. Its argument is the version that was built. It says on which port it listens, and ends
 * when whoever started it lets go of its standard input, so that it outlives nobody.
 */

const [, , version = 'unknown'] = process.argv
const answers = new Map<number, number>()
let isReady = true

const server = createServer((request, response) => {
  switch (request.url?.split('/')[1]) {
    case 'pay':
      return answer(response, pay(request))
    case 'metrics':
      return void response.end(metrics())
    case 'readyz':
      return void response.writeHead(isReady ? 200 : 503).end()
    case 'livez':
      return void response.end()
    default:
      return void response.writeHead(404).end()
  }
})

/** The bug of 1.25.0: it rounds before it adds up, and gets amounts wrong that end in a seven. */
function pay({ url = '' }: IncomingMessage): number {
  const isWrong = version === '1.25.0' && url.endsWith('7')
  return isWrong ? 500 : 200
}

function answer(response: ServerResponse, status: number): void {
  answers.set(status, (answers.get(status) ?? 0) + 1)
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`checkout ${version}\n`)
}

/** In the text format of Prometheus. */
const metrics = (): string =>
  [
    '# TYPE http_requests_total counter',
    ...[...answers].map(([code, count]) => `http_requests_total{code="${code}"} ${count}`),
    '',
  ].join('\n')

/** What is under way is finished; nothing new comes, since nobody is sent here any more. */
function stop(): void {
  isReady = false
  server.close(() => process.exit())
  setInterval(() => server.closeIdleConnections(), 20).unref()
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  process.stdout.write(`listening on ${port}\n`)
})
process.once('SIGTERM', stop)
// Ctrl-C reaches all processes at once, and who started this one decides what comes first.
process.on('SIGINT', () => {})
process.stdin.once('end', () => process.exit()).resume()
