import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { describeWithPython } from '../../judges/describe-with-judge.ts'
import { SCHEMATHESIS } from '../../judges/python-programs.ts'
import { ROOT } from '../../meta/repository.ts'
import { functionOf } from './function-caller.ts'

const FOLDER = join(ROOT, 'test/judges/schemathesis')
const SETTINGS = join(FOLDER, 'schemathesis.toml')
const CLIENT = join(FOLDER, 'hold-a-lock.py')
const TOKEN = 'token-of-alice'
/** Hundreds of requests, by a program that takes seconds to start. */
const TIMEOUT_MS = 240_000

await describeWithPython(SCHEMATHESIS, (installation) => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-schemathesis-'))
  let server: ReturnType<typeof serve>
  let document: string
  beforeAll(async () => {
    const store = new MemoryLeaseStore()
    const app = functionOf({ store, listing: store, limits: { waitMs: 20 } })
    const { promise, resolve } = Promise.withResolvers<number>()
    const address = { port: 0, hostname: '127.0.0.1' }
    server = serve({ fetch: app.fetch, ...address }, ({ port }) => resolve(port))
    document = `http://127.0.0.1:${await promise}/openapi.json`
  })
  afterAll(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })

  /** What it printed. What it found is in the error, if it found anything. */
  async function run([program, ...args]: readonly [string, ...string[]]): Promise<string> {
    try {
      const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 }
      return (await promisify(execFile)(program, args, options)).stdout
    } catch (error) {
      const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string }
      throw new Error(`${stdout}\n${stderr}`, { cause: error })
    }
  }

  it(
    'makes a client of the document, which holds a lock and does a run, as the document says',
    async () => {
      const [python] = installation.command
      const lines = (await run([python, CLIENT, document, TOKEN])).trim().split('\n')
      const steps = lines.map((line) => JSON.parse(line) as { operation: string; status: number })
      expect(steps.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
        'acquireHold 201',
        'acquireHold 200',
        'acquireHold 202',
        'renewHold 200',
        'showLock 200',
        'listLocks 200',
        'listLocksOfNamespace 200',
        'breakHold 202',
        'releaseHold 204',
        'beginRun 201',
        'beginRun 202',
        'endRun 200',
        'beginRun 200',
      ])
    },
    TIMEOUT_MS,
  )

  it(
    'finds no request, right or wrong, whose answer breaks the document',
    async () => {
      const output = await run([
        ...installation.command,
        ...['--config-file', SETTINGS, 'run', document, '--no-color', '--seed', '1'],
        ...['--header', `Authorization: Bearer ${TOKEN}`, '--checks', 'all'],
        ...['--max-examples', '20', '--generation-database', ':memory:'],
      ])
      const [, generated] = /(\d+) generated, \1 passed/.exec(output) ?? [output]
      expect(Number(generated)).toBeGreaterThan(300)
    },
    TIMEOUT_MS,
  )
})
