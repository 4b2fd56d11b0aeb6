import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Locks } from '../../leases/locks.ts'
import { SqliteLeaseStore } from '../../leases/sqlite-lease-store.ts'
import { installRivals, say } from '../rivals.ts'
import { RedisServer } from './redis-server.ts'
import { type Call, type TimedCall, timeCalls } from './timed-calls.ts'

// Of packages that only the benchmark installs, what it calls.
type AsyncMutex = { readonly Mutex: new () => { acquire(): Promise<() => void> } }
type ProperLockfile = { lock(file: string): Promise<() => Promise<void>> }
type Redis = new (socket: string) => { quit(): Promise<unknown> }
type Redlock = new (
  clients: readonly object[],
) => { lock(name: string, ttlMs: number): Promise<{ unlock(): Promise<unknown> }> }

const require = createRequire(import.meta.url)
const TTL_MS = 30_000

/**
 * Times acquire and release where nobody else wants the lock. Others promise less (no token; in one
 * process; on one machine; what redis forgets when it crashes), so it is for orientation.
 */
export async function timePeers(folder: string, rounds: number): Promise<readonly TimedCall[]> {
  installRivals()
  const calls = [await ourCall(folder), lockfileCall(folder), mutexCall()]
  if (!RedisServer.isPossible()) {
    say('Without redis: `apt-get install redis-tools` has it')
    return timeCalls(calls, rounds)
  }
  await using server = await RedisServer.start(folder)
  const client = new (require('ioredis') as Redis)(server.socket)
  try {
    return await timeCalls([...calls, redlockCall(client)], rounds)
  } finally {
    await client.quit()
  }
}

async function ourCall(folder: string): Promise<Call> {
  const store = await SqliteLeaseStore.open({ file: join(folder, 'peers.db') })
  const locks = new Locks({ store, holder: 'bench' })
  return {
    name: 'Lockstep on SQLite',
    run: async () => {
      const hold = await locks.acquire('peer')
      await hold.release()
    },
  }
}

function redlockCall(client: object): Call {
  const redlock = new (require('redlock') as Redlock)([client])
  return {
    name: 'redlock on one redis',
    run: async () => {
      const lock = await redlock.lock('peer', TTL_MS)
      await lock.unlock()
    },
  }
}

function lockfileCall(folder: string): Call {
  const { lock } = require('proper-lockfile') as ProperLockfile
  const file = join(folder, 'peer')
  writeFileSync(file, '')
  return {
    name: 'proper-lockfile',
    run: async () => {
      const release = await lock(file)
      await release()
    },
  }
}

function mutexCall(): Call {
  const mutex = new (require('async-mutex') as AsyncMutex).Mutex()
  return {
    name: 'async-mutex, in one process',
    run: async () => {
      const release = await mutex.acquire()
      release()
    },
  }
}
