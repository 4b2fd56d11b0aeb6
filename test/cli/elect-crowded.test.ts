import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { LeaderDocument } from '../../cli/leader-document.ts'
import { eventually } from '../control-plane/eventually.ts'
import { ElectorProcess } from './elector-process.ts'
import { LockProcesses } from './lock-processes.ts'

const MOST_CONNECTIONS = 200
const CROWD = 1200
const LONG_MS = 180_000

/** A port, or the path of a socket. */
type Address = number | string

const optionsOf = (address: Address) =>
  typeof address === 'number'
    ? { host: '127.0.0.1', port: address }
    : { socketPath: address, path: address }

interface Answer {
  readonly status: number | undefined
  readonly text: string
}

/** On a connection of its own, as the kubelet does. */
function ask(address: Address, path: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asking = request({ ...optionsOf(address), path, agent: false }, async (answer) => {
    const chunks: Buffer[] = []
    for await (const chunk of answer) chunks.push(chunk)
    resolve({ status: answer.statusCode, text: String(Buffer.concat(chunks)) })
  })
  asking.once('error', reject).end()
  return promise
}

const leaderOf = async (address: Address): Promise<LeaderDocument> =>
  JSON.parse((await ask(address, '/leader')).text)

const leadsUntilMs = async (address: Address): Promise<number> => {
  const { forMs = 0 } = await leaderOf(address)
  return performance.now() + forMs
}

/** As an app waits: it asks until its pod leads. Gives how often that was. */
async function untilLeading(address: Address): Promise<number> {
  for (let asked = 1; ; asked++) {
    if ((await ask(address, '/leader?wait=5m')).status === 200) return asked
  }
}

/** Those who connect, send as much as that and no more, and read whatever comes. */
class Crowd {
  readonly #there = new Set<Socket>()
  readonly #address: Address
  readonly #sends: string

  constructor(address: Address, sends: string) {
    this.#address = address
    this.#sends = sends
    onTestFinished(() => {
      for (const socket of this.#there) socket.destroy()
    })
  }

  get size(): number {
    return this.#there.size
  }

  async comeOne(): Promise<void> {
    const socket = connect(optionsOf(this.#address))
    this.#there.add(socket)
    socket.once('close', () => this.#there.delete(socket))
    // Reads, or it would not learn that it was cut off.
    socket.on('error', () => {}).resume()
    await once(socket, 'connect')
    if (this.#sends !== '') socket.write(this.#sends)
  }
}

const pods = (): { readonly folder: string; start(uid: string): Promise<ElectorProcess> } => {
  const { folder, store } = new LockProcesses()
  return {
    folder,
    async start(uid) {
      const elector = await ElectorProcess.start({
        args: [...store, '--work=cooperative', `--socket=${join(folder, uid)}`],
        env: {
          LEASE_NAME: 'job',
          LEASE_NAMESPACE: 'default',
          POD_NAME: `pod-${uid}`,
          POD_UID: uid,
          LEASE_DURATION: '15s',
          RENEW_DEADLINE: '10s',
          RETRY_PERIOD: '500ms',
        },
        cwd: folder,
      })
      onTestFinished(() => void elector.child.kill('SIGKILL'))
      return elector
    },
  }
}

const HALF_A_HEADER = 'GET /leader HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '
const HALF_A_BODY = 'GET /leader HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n\r\n{'
const WHOLE_REQUEST = 'GET /leader HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
const LONG_POLL = 'GET /leader?wait=5m HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'

it.each([
  ['only connect', 'port', '', 1],
  ['send a header and never end it', 'port', HALF_A_HEADER, 1],
  ['send a body and never end it', 'port', HALF_A_BODY, 1],
  ['ask once and keep the connection', 'port', WHOLE_REQUEST, 1],
  ['wait for as long as they may', 'port', LONG_POLL, CROWD],
  ['only connect', 'socket', '', 1],
] as const)(
  'leadership is kept, handed over and told to whoever waits, while many %s on the %s of electors',
  async (_, where, sends, mostAsked) => {
    const { folder, start } = pods()
    const a = await start('a')
    await a.untilItSays('/leader', 200)
    const b = await start('b')
    await b.untilItSays('/startz', 200)
    const [leader, standby] = [a, b].map(
      (elector, index): Address => (where === 'port' ? elector.port : join(folder, 'ab'[index]!)),
    ) as [Address, Address]
    const { holdId } = await leaderOf(leader)

    const waiting = untilLeading(standby)
    const crowds = [leader, standby].map((address) => new Crowd(address, sends))
    for (let came = 0; came < CROWD; came++) {
      for (const crowd of crowds) await crowd.comeOne()
      if (came % MOST_CONNECTIONS > 0) continue
      for (const address of [leader, standby]) {
        expect((await ask(address, '/livez')).status).toBe(200)
      }
    }
    for (const crowd of crowds) {
      await eventually(
        'no more than it takes are connected',
        async () => crowd.size,
        (size) => size <= MOST_CONNECTIONS,
      )
    }

    const untilMs = await leadsUntilMs(leader)
    await eventually(
      'the Lease is renewed, several times',
      () => leadsUntilMs(leader),
      (laterMs) => laterMs > untilMs + 3000,
    )
    expect(await leaderOf(leader)).toMatchObject({ leads: true, holdId })
    expect(await a.stop()).toBe(0)
    expect(await waiting).toBeLessThanOrEqual(mostAsked)
    expect(await leaderOf(standby)).toMatchObject({ leads: true })
    expect(await b.stop()).toBe(0)
  },
  LONG_MS,
)
