import { createServer } from 'node:http'

/*
 * Answers every request with its first argument. Every so many of them fails, as the second one says,
 * none if that is 0. Says on which port it listens, and ends when whoever started it lets go of its
 * standard input.
 */

const [, , name = '', failsEvery = '0'] = process.argv
let requests = 0

// Nobody finds a connection closed that was kept and not used for a while.
const server = createServer({ keepAliveTimeout: 0 }, (_, response) => {
  requests += 1
  const fails = requests % Number(failsEvery) === 0
  response.writeHead(fails ? 500 : 200).end(name)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' ? address?.port : address}\n`)
})
process.stdin.once('end', () => process.exit()).resume()
