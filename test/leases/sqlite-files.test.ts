import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  linkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { HeldLock } from '../../leases/held-lock.ts'
import { NEVER_HELD } from '../../leases/lease-record.ts'
import { Locks } from '../../leases/locks.ts'
import { SqliteLeaseStore, type SqliteLeaseStoreProps } from '../../leases/sqlite-lease-store.ts'
import { eventually } from '../control-plane/eventually.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const LEDGER = { namespace: 'default', name: 'ledger' }
const MODE = 0o777
const RENEW_EVERY_MS = 50

const newFile = () => join(temporaryFolder(), `${randomUUID()}.db`)

async function opened(file: string, props: Partial<SqliteLeaseStoreProps> = {}) {
  const store = await SqliteLeaseStore.open({ file, ...props })
  onTestFinished(() => store.close())
  return store
}

interface Holding extends Partial<SqliteLeaseStoreProps> {
  /** @default 60, which no renewal is late for */
  readonly ttlSeconds?: number
}

/** Somebody who holds the lock of that file, and renews it all the time. */
async function holding(
  file: string,
  { ttlSeconds = 60, ...props }: Holding = {},
): Promise<HeldLock> {
  const locks = new Locks({ store: await opened(file, props), holder: 'first' })
  const hold = await locks.acquire('ledger', { ttlSeconds, renewEveryMs: RENEW_EVERY_MS })
  onTestFinished(() => hold.release().catch(() => {}))
  return hold
}

const hasEnded = (hold: HeldLock) =>
  eventually(
    'its holder is told',
    async () => hold.signal.aborted,
    (isAborted) => isAborted,
    20,
  )

/** @returns whether nobody was writing just then */
function checkpointed(file: string): boolean {
  const database = new DatabaseSync(file)
  const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {}
  database.close()
  return busy === 0
}

/** Writes past Lockstep. */
function tamper(file: string, sql: string, ...values: readonly string[]): void {
  const database = new DatabaseSync(file)
  database.prepare(sql).run(...values)
  database.close()
}

describe('The file of a SqliteLeaseStore', () => {
  it('is for its user alone, and so are those beside it', async () => {
    const file = newFile()
    const store = await opened(file)
    await store.replace((await store.read(LEDGER)).lease, NEVER_HELD)
    const modes = ['', '-wal', '-shm'].map((end) => statSync(`${file}${end}`).mode & MODE)
    expect(modes).toEqual([0o600, 0o600, 0o600])
  })

  it('keeps the mode that somebody gave it', async () => {
    const file = newFile()
    writeFileSync(file, '')
    chmodSync(file, 0o660)
    await opened(file)
    expect(statSync(file).mode & MODE).toBe(0o660)
  })

  it('is the same by a symbolic link', async () => {
    const file = newFile()
    const hold = await holding(file)
    const link = `${file}.link`
    symlinkSync(file, link)
    const others = new Locks({ store: await opened(link), holder: 'second' })
    await expect(others.acquire('ledger', { waitMs: 0 })).rejects.toThrow('is held by first')
    expect(hold.signal.aborted).toBe(false)
  })

  it('is written no more once the link leads elsewhere', async () => {
    const file = newFile()
    await opened(file)
    const link = `${file}.link`
    symlinkSync(file, link)
    const hold = await holding(link)
    const elsewhere = newFile()
    await opened(elsewhere)
    unlinkSync(link)
    symlinkSync(elsewhere, link)
    await hasEnded(hold)
    expect(hold.signal.reason).toMatchObject({
      code: 'LEASE_STORE',
      message: expect.stringContaining('it was moved, deleted or replaced'),
    })
  })

  it('has one name, or is not written: whoever opens it by another sees no locks of the first', async () => {
    const file = newFile()
    const hold = await holding(file)
    linkSync(file, `${file}.other`)
    await hasEnded(hold)
    const message = expect.stringContaining('it has several names, hard links')
    expect(hold.signal.reason).toMatchObject({ code: 'LEASE_STORE', message })
    for (const name of [file, `${file}.other`]) {
      await expect(opened(name)).rejects.toMatchObject({ code: 'LEASE_STORE', message })
    }
    unlinkSync(`${file}.other`)
    await opened(file)
  })

  it.each(['-wal', '-shm'])('is written no more once %s is deleted', async (end) => {
    const file = newFile()
    const hold = await holding(file)
    rmSync(`${file}${end}`)
    await hasEnded(hold)
    expect(hold.signal.reason).toMatchObject({ code: 'LEASE_STORE', retryable: false })
  })

  it('is written no more once another one is in its place, though that has the same Leases', async () => {
    const file = newFile()
    const hold = await holding(file)
    copyFileSync(file, `${file}.copy`)
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`)
    copyFileSync(`${file}.copy`, file)
    await hasEnded(hold)
    expect(hold.signal.reason).toMatchObject({ code: 'LEASE_STORE' })
  })

  it.each([0, 512, 4096, 8192])(
    'is given to nobody else, and lost to its holder, when it is cut to %i bytes',
    async (length) => {
      const file = newFile()
      const hold = await holding(file)
      await eventually(
        'all that was written is in the file itself',
        async () => checkpointed(file),
        (isDone) => isDone,
        20,
      )
      truncateSync(file, length)
      await hasEnded(hold)
      expect(hold.signal.reason).toMatchObject({ code: 'LEASE_STORE', outcome: 'none' })
      const taken = opened(file, { attempts: 2 }).then((store) =>
        new Locks({ store, holder: 'second' }).acquire('ledger', { waitMs: 0 }),
      )
      await expect(taken).rejects.toMatchObject({ code: 'LEASE_STORE', outcome: 'none' })
    },
  )

  it('is shared with nobody who keeps it to itself: the hold ends in time, and the next one gets it', async () => {
    const file = newFile()
    const hold = await holding(file, { attempts: 2, ttlSeconds: 3 })
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    await hasEnded(hold)
    expect(hold.signal.reason).toMatchObject({ code: 'HOLD_LOST' })
    other.exec('ROLLBACK')
    other.close()
    const others = new Locks({ store: await opened(file), holder: 'second' })
    const next = await others.acquire('ledger', { ttlSeconds: 3 })
    expect(next.token.number).toBeGreaterThan(hold.token.number)
    await next.release()
  }, 30_000)
})

describe('A row that something else wrote', () => {
  const DAMAGED =
    'what it has of Lease default/ledger is damaged. Once nobody works under that lock'

  it.each([
    ['no JSON', '{"holderIdentity":'],
    ['nothing', ''],
    ['no object', '[]'],
    ['a holder that is no text', '{"holderIdentity": 7}'],
    ['a time to live that is no number', '{"leaseDurationSeconds": "30"}'],
    ['a time to live below zero', '{"leaseDurationSeconds": -1}'],
    ['holds that nobody can count', '{"leaseTransitions": null}'],
    ['a time that is no text', '{"renewTime": {}}'],
    ['annotations that are no texts', '{"annotations": {"lockstep.dev/hold": 1}}'],
    ['more than any Lease says', JSON.stringify({ holderIdentity: 'x'.repeat(2 ** 21) })],
  ])('is named, and others go on: %s', async (_, record) => {
    const file = newFile()
    const locks = new Locks({ store: await opened(file), holder: 'first' })
    await (await locks.acquire('ledger')).release()
    const { token } = await locks.acquire('ledger')
    const other = await locks.acquire('other')
    tamper(file, "UPDATE leases SET record = ? WHERE name = 'ledger'", record)
    const damaged = { code: 'LEASE_STORE', outcome: 'none', retryable: false }
    await expect(locks.acquire('ledger', { waitMs: 0 })).rejects.toMatchObject({
      ...damaged,
      message: expect.stringContaining(DAMAGED),
    })
    const store = await opened(file)
    await expect(store.list(undefined)).rejects.toMatchObject(damaged)
    await other.release()
    await (await locks.acquire('other', { waitMs: 0 })).release()

    tamper(file, "DELETE FROM leases WHERE name = 'ledger'")
    const anew = await locks.acquire('ledger', { waitMs: 0 })
    expect(anew.token.number).toBeGreaterThan(token.number)
    await anew.release()
  })

  it('is put right by the next renewal of whoever has the lock', async () => {
    const file = newFile()
    const hold = await holding(file)
    tamper(file, "UPDATE leases SET record = 'x' WHERE name = 'ledger'")
    const store = await opened(file)
    const holder = async () => (await store.read(LEDGER).catch(() => undefined))?.lease.record
    await eventually('it is as it was', holder, (record) => record !== undefined, 20)
    expect((await holder())?.holderIdentity).toBe(`first_${hold.id}`)
    expect(hold.signal.aborted).toBe(false)
  })

  it('is missed where versions are counted', async () => {
    const file = newFile()
    const store = await opened(file)
    const { lease } = await store.read(LEDGER)
    tamper(file, 'DELETE FROM store')
    const refusal = {
      code: 'LEASE_STORE',
      outcome: 'none',
      message: expect.stringContaining('which versions it gave. Move it away'),
    }
    await expect(store.read(LEDGER)).rejects.toMatchObject(refusal)
    await expect(store.replace(lease, NEVER_HELD)).rejects.toMatchObject(refusal)
    await expect(store.epoch()).rejects.toMatchObject(refusal)
  })
})
