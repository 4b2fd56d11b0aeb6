import { createServer } from 'node:http'

/*
 * Answers every request with its argument, and with the status that the request asks for. Says on
 * which port it listens, and ends when whoever started it lets go of its standard input.
 */

const [, , name = ''] = process.argv

const server = createServer((request, response) => {
  response.writeHead(Number(request.headers['x-answer-with'] ?? 200)).end(name)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' ? address?.port : address}\n`)
})
process.stdin.once('end', () => process.exit()).resume()
