import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { freePort } from '../control-plane/free-port.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { fullPipe } from './full-pipe.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const LONG_MS = 120_000
const AT_ONCE = 20
/** With a line of some 200 bytes for each it is several times more than is kept. */
const REQUESTS = 8000
/** A quarter of a MiB, what a pipe takes, and what its reader takes before it is asked to. */
const MOST_BYTES = 512 * 1024

async function serving(stdout: 'pipe' | number) {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const args = [MAIN, 'serve', '--store', 'locks.db', '--drain', '0']
  const child = spawn(process.execPath, [...args, '--listen', `127.0.0.1:${port}`], {
    cwd: temporaryFolder(),
    env: { NO_COLOR: '1' },
    stdio: ['ignore', stdout, 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const status = () =>
    fetch(`${address}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
  await eventually('it answers', status, (ok) => ok)
  return { child, address }
}

/** Asks for as many, some at a time. @returns what each was answered */
async function ask(address: string, requests: number): Promise<ReadonlySet<number>> {
  const statuses = new Set<number>()
  let left = requests
  const lane = async () => {
    while (left-- > 0) {
      const answer = await fetch(`${address}/v1/locks/shop/ledger`)
      await answer.arrayBuffer()
      statuses.add(answer.status)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return statuses
}

/** All lines that are still to be read, up to one like that. */
async function readUntil({ stdout }: ChildProcess, pattern: RegExp): Promise<string> {
  let text = ''
  stdout?.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  return eventually(
    `${pattern} is read`,
    async () => text,
    (read) => pattern.test(read),
  )
}

it(
  'lockstep serve answers on while nobody reads its log, and tells later how much of it is lost',
  async () => {
    const { child, address } = await serving('pipe')
    expect([...(await ask(address, REQUESTS))]).toEqual([200])
    const log = await readUntil(child, /lines of this log were left out/)
    expect(log.length).toBeLessThan(MOST_BYTES)
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const answered = lines.filter(({ route }) => route === '/v1/locks/{namespace}/{name}')
    const [lost] = lines.filter(({ message }) => /were left out/.test(message))
    expect(lost).toMatchObject({ level: 'warn', lines: expect.any(Number) })
    expect(answered.length + lost.lines).toBe(REQUESTS)
  },
  LONG_MS,
)

it(
  'lockstep serve starts, answers and ends where nobody reads its log at all',
  async () => {
    const { child, address } = await serving(fullPipe())
    expect([...(await ask(address, 100))]).toEqual([200])
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  },
  LONG_MS,
)
