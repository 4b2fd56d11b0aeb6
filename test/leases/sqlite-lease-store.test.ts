import { type ExecFileOptions, execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NEVER_HELD } from '../../leases/lease-record.ts'
import { sqliteFailure } from '../../leases/sqlite-errors.ts'
import { SqliteLeaseStore } from '../../leases/sqlite-lease-store.ts'
import { describeLeaseListing } from './lease-listing-contract.ts'
import { describeLeaseStore } from './lease-store-contract.ts'
import type { OpenerData } from './sqlite-opener.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))

const newFile = () => join(folder, `${randomUUID()}.db`)
const COUNTER = { namespace: 'test', name: 'counter' }
const CHILD = join(import.meta.dirname, 'sqlite-child.ts')
const OPENER = join(import.meta.dirname, 'sqlite-opener.ts')
const run = promisify(execFile)

async function inChild(file: string, action: string, options: ExecFileOptions = {}) {
  const { stdout } = await run(process.execPath, [CHILD, action, file, COUNTER.name], options)
  return JSON.parse(String(stdout))
}

describe('On a file', () => {
  const stores: SqliteLeaseStore[] = []
  let opened = 0
  beforeAll(async () => {
    const file = newFile()
    for (let count = 0; count < 3; count++) stores.push(await SqliteLeaseStore.open({ file }))
  })
  afterAll(() => {
    for (const store of stores) store.close()
  })

  describeLeaseStore({
    name: 'SqliteLeaseStore',
    open: () => stores[opened++ % stores.length]!,
    declare: async () => ({ namespace: 'test', name: randomUUID() }),
    remove: (name) => stores[0]!.delete(name),
    recreate: async (name) => void (await stores[1]!.read(name)),
  })

  describeLeaseListing({
    name: 'SqliteLeaseStore',
    open: () => stores[opened++ % stores.length]!,
    declare: async () => {
      const name = { namespace: 'listed', name: randomUUID() }
      await stores[0]!.replace((await stores[0]!.read(name)).lease, NEVER_HELD)
      return name
    },
  })
})

describe('SqliteLeaseStore', () => {
  it('is opened by whoever comes while another one makes it', async () => {
    const OPENERS = 4
    const files = Array.from({ length: 60 }, newFile)
    const arrived = new SharedArrayBuffer(4)
    const problems = await Promise.all(
      Array.from({ length: OPENERS }, async () => {
        const workerData: OpenerData = { files, arrived, openers: OPENERS }
        const [found] = await once(new Worker(OPENER, { workerData }), 'message')
        return found
      }),
    )
    expect(problems.flat()).toEqual([])
  })

  it('loses no write and gives no version twice when processes write at once', async () => {
    const file = newFile()
    const written: string[][] = await Promise.all(
      ['first', 'second', 'third'].map(() => inChild(file, 'count')),
    )
    for (const versions of written) {
      const numbers = versions.map(BigInt)
      expect(numbers).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)))
    }
    expect(new Set(written.flat()).size).toBe(180)
    const store = await SqliteLeaseStore.open({ file })
    const { lease } = await store.read(COUNTER)
    expect(lease.record.leaseTransitions).toBe(180)
    store.close()
  })

  it('writes no file that others cannot find any more', async () => {
    const file = newFile()
    const store = await SqliteLeaseStore.open({ file })
    const { lease } = await store.read(COUNTER)
    renameSync(file, `${file}.moved`)
    const refusal = { code: 'LEASE_STORE', outcome: 'none', retryable: false }
    await expect(store.replace(lease, NEVER_HELD)).rejects.toMatchObject(refusal)
    const other = await SqliteLeaseStore.open({ file })
    await expect(store.replace(lease, NEVER_HELD)).rejects.toMatchObject(refusal)
    store.close()
    other.close()
  })

  it('waits for a process that writes, and does other things meanwhile', async () => {
    const file = newFile()
    const waits: number[] = []
    const other = new DatabaseSync(file)
    const store = await SqliteLeaseStore.open({
      file,
      clock: {
        wallMs: Date.now,
        sleep: async (ms) => {
          waits.push(ms)
          if (waits.length === 3) other.exec('ROLLBACK')
        },
      },
    })
    const { lease } = await store.read(COUNTER)
    other.exec('BEGIN IMMEDIATE')
    await store.replace(lease, NEVER_HELD)
    expect(waits).toEqual([20, 20, 20])
    other.close()
    store.close()
  })

  it('says that another process keeps the file to itself, and that nothing was written', async () => {
    const file = newFile()
    const store = await SqliteLeaseStore.open({ file, attempts: 2 })
    const { lease } = await store.replace((await store.read(COUNTER)).lease, NEVER_HELD)
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    await expect(store.replace(lease, NEVER_HELD)).rejects.toMatchObject({
      code: 'LEASE_STORE',
      outcome: 'none',
      retryable: true,
      message: expect.stringContaining('another process keeps it to itself'),
    })
    // Reading goes on.
    expect((await store.read(COUNTER)).lease).toEqual(lease)
    other.close()
    expect((await store.replace(lease, NEVER_HELD)).lease.uid).toBe(lease.uid)
    store.close()
  })

  it('stops to wait for its turn when nobody wants it any more', async () => {
    const file = newFile()
    const store = await SqliteLeaseStore.open({ file })
    const { lease } = await store.read(COUNTER)
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    const controller = new AbortController()
    const written = store.replace(lease, NEVER_HELD, controller.signal)
    controller.abort(new Error('enough'))
    await expect(written).rejects.toThrow('enough')
    other.close()
    store.close()
  })

  it('keeps epoch and versions over a restart', async () => {
    const file = newFile()
    const first = await SqliteLeaseStore.open({ file, epoch: 3 })
    const { lease } = await first.read(COUNTER)
    const epoch = await first.epoch()
    expect(epoch).toMatch(/^[\da-f-]{36}\.3$/)
    await first.delete(COUNTER)
    first.close()

    const second = await SqliteLeaseStore.open({ file, epoch: 4 })
    expect(await second.epoch()).toBe(epoch.replace(/3$/, '4'))
    const { lease: anew } = await second.read(COUNTER)
    expect(Number(anew.version)).toBeGreaterThan(Number(lease.version))
    second.close()
  })

  it('gives two files two epochs', async () => {
    const epochs = await Promise.all(
      [newFile(), newFile()].map(async (file) => {
        const store = await SqliteLeaseStore.open({ file })
        const epoch = await store.epoch()
        store.close()
        return epoch
      }),
    )
    expect(new Set(epochs).size).toBe(2)
  })

  it('looks for changes only from time to time', async () => {
    const slept: number[] = []
    const file = newFile()
    const writer = await SqliteLeaseStore.open({ file })
    const { lease } = await writer.read(COUNTER)
    const sleep = async (ms: number) => {
      slept.push(ms)
      if (slept.length === 2) await writer.replace(lease, NEVER_HELD)
    }
    const store = await SqliteLeaseStore.open({ file, clock: { wallMs: Date.now, sleep } })
    await store.changed(lease, AbortSignal.timeout(20_000))
    expect(slept).toEqual([50, 50])
    for (const each of [writer, store]) each.close()
  })

  it('says that it is closed, also to whoever waits', async () => {
    const store = await SqliteLeaseStore.open({ file: newFile() })
    const { lease } = await store.read(COUNTER)
    const changed = store.changed(lease, AbortSignal.timeout(20_000))
    store.close()
    store.close()
    await changed
    await expect(store.read(COUNTER)).rejects.toMatchObject({
      code: 'LEASE_STORE',
      outcome: 'none',
      message: expect.stringContaining('it was closed'),
    })
  })
})

describe('SqliteLeaseStore says what is wrong with', () => {
  const opening = (file: string) => SqliteLeaseStore.open({ file })

  it.each([
    [
      'no database',
      (file: string) => writeFileSync(file, 'lease store '.repeat(100)),
      'it is no SQLite database',
    ],
    ['a database of something else', makeForeign, 'it is a database of something else'],
    ['a database of a newer release', makeNewer, 'it has the form 2, of another release'],
  ])('%s', async (_, make, words) => {
    const file = newFile()
    make(file)
    await expect(opening(file)).rejects.toMatchObject({
      code: 'LEASE_STORE',
      outcome: 'none',
      retryable: false,
      message: expect.stringContaining(`Lease store ${file}: ${words}`),
    })
  })

  it('a damaged one', async () => {
    const file = newFile()
    const store = await opening(file)
    await store.read(COUNTER)
    store.close()
    damage(file)
    const damaged = opening(file).then((reopened) => reopened.read(COUNTER))
    await expect(damaged).rejects.toThrow('it is damaged. Move it away')
  })

  it('a folder that is not there', async () => {
    await expect(opening(join(folder, 'missing', 'leases.db'))).rejects.toThrow(
      'it cannot be opened. Name a file in a folder that exists',
    )
  })

  it('memory, which processes cannot share', async () => {
    await expect(opening(':memory:')).rejects.toThrow('processes cannot share it')
  })

  it('a file that may not be written', async () => {
    const readOnly = mkdtempSync(join(tmpdir(), 'lockstep-read-only-'))
    const file = join(readOnly, 'leases.db')
    const store = await opening(file)
    await store.read(COUNTER)
    store.close()
    chmodSync(file, 0o444)
    chmodSync(readOnly, 0o555)
    // Nothing is forbidden to root.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    expect(await inChild(file, 'fill', nobody)).toMatchObject({
      code: 'LEASE_STORE',
      outcome: 'none',
      message: expect.stringContaining('it may not be written'),
    })
    chmodSync(readOnly, 0o755)
    rmSync(readOnly, { recursive: true })
  })

  it('a file that may not grow, and does not know what became of the last write', async () => {
    const script = `trap '' XFSZ; ulimit -f 2000; exec "$0" "$@"`
    const args = ['-c', script, process.execPath, CHILD, 'fill', newFile(), COUNTER.name]
    const { stdout } = await run('bash', args)
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'LEASE_STORE',
      outcome: 'unknown',
      retryable: false,
      message: expect.stringContaining('disk I/O error. Check the disk'),
    })
  })

  it('a full disk', () => {
    const database = new DatabaseSync(newFile())
    database.exec('PRAGMA max_page_count = 2; CREATE TABLE t (x)')
    const fill = () => database.exec('INSERT INTO t VALUES (hex(zeroblob(100000)))')
    expect(fill).toThrow()
    try {
      fill()
    } catch (error) {
      expect(sqliteFailure('leases.db', error)).toMatchObject({
        message: 'Lease store leases.db: the disk is full. Make room on it',
        outcome: 'none',
        retryable: true,
      })
    }
    database.close()
  })
})

function makeForeign(file: string): void {
  const database = new DatabaseSync(file)
  database.exec('CREATE TABLE theirs (x)')
  database.close()
}

function makeNewer(file: string): void {
  const database = new DatabaseSync(file)
  database.exec(
    `PRAGMA application_id = ${0x4c6f636b}; PRAGMA user_version = 2; CREATE TABLE t (x)`,
  )
  database.close()
}

/** Overwrites all but the first page, which says that it is a database. */
function damage(file: string): void {
  const descriptor = openSync(file, 'r+')
  const { size } = fstatSync(descriptor)
  expect(size).toBeGreaterThan(PAGE_SIZE)
  writeSync(descriptor, Buffer.alloc(size - PAGE_SIZE, 'damage'), 0, size - PAGE_SIZE, PAGE_SIZE)
  closeSync(descriptor)
}

const PAGE_SIZE = 4096
