/*
 * A service as a pod has it, as a process of its own: arguments are its port, and which of its answers
 * fails and which one is slow, one in so many; 0 for none. It counts its requests as docs/analysis.md
 * says, and shows the counts at /metrics.
 */
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Counter, Histogram, Registry } from 'prom-client'

const [port = 0, failing = 0, slow = 0] = process.argv.slice(2).map(Number)

const registers = [new Registry()]
const requests = new Counter({
  name: 'http_requests_total',
  help: 'Requests',
  labelNames: ['code'],
  registers,
})
const durations = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'How long they took',
  buckets: [0.05, 0.1, 0.25, 0.5, 1],
  registers,
})

const isNth = (one: number, count: number): boolean => one > 0 && count % one === 0

let count = 0

createServer(async (request, response) => {
  if (request.url === '/metrics') {
    response.end(await registers[0]?.metrics())
    return
  }
  count += 1
  const code = isNth(failing, count) ? 500 : 200
  const end = durations.startTimer()
  if (isNth(slow, count)) await sleep(300)
  end()
  requests.inc({ code })
  response.writeHead(code).end()
}).listen(port, '127.0.0.1')
