import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { describeWithPostgres } from '../judges/describe-with-judge.ts'
import { DOCUMENTED } from './sql/documented-sql.ts'
import { describeFencedTable, type FencedTable } from './sql/fenced-table-contract.ts'
import { PostgresServer } from './sql/postgres-server.ts'
import type { PsqlSession } from './sql/psql-session.ts'

const TABLE = 'CREATE TABLE ledger (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)'
const ROW = 'INSERT INTO ledger (id, balance) VALUES (1, 0)'
const BALANCE = 'SELECT balance FROM ledger WHERE id = 1'

describe('SQLite, which checks fencing tokens in the statement that writes,', () => {
  describeFencedTable(async (epoch): Promise<FencedTable> => {
    const database = new DatabaseSync(':memory:')
    for (const statement of [TABLE, DOCUMENTED.columns, ROW]) database.exec(statement)
    database.prepare(DOCUMENTED.epoch).run({ epoch })
    return {
      write: async (balance, token) =>
        database.prepare(DOCUMENTED.write).run({ id: 1, balance, ...token }).changes === 1,
      balance: async () => Number(database.prepare(BALANCE).get()?.balance),
    }
  })
})

describeWithPostgres(() => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  function newSession(): PsqlSession {
    const session = server.session()
    onTestFinished(() => session.kill())
    return session
  }

  /** A connection to a table of the store `epoch`. */
  async function sessionOn(epoch: string): Promise<PsqlSession> {
    const session = newSession()
    await session.run('DROP TABLE IF EXISTS ledger')
    for (const statement of [TABLE, DOCUMENTED.columns, ROW]) await session.run(statement)
    await session.run(DOCUMENTED.epoch, { epoch })
    return session
  }

  /** Resolves when a connection waits for what another one has not committed. */
  async function untilBlocked(session: PsqlSession, pid: string): Promise<void> {
    const waits = `SELECT wait_event FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid = ${pid}`
    await eventually(
      'a statement waits',
      async () => (await session.run(waits)).count,
      (count) => count === 1,
    )
  }

  describe('PostgreSQL, which checks fencing tokens in the statement that writes,', () => {
    describeFencedTable(async (epoch) => {
      const session = await sessionOn(epoch)
      return {
        write: async (balance, token) =>
          (await session.run(DOCUMENTED.write, { id: 1, balance, ...token })).count === 1,
        balance: async () => Number((await session.run(BALANCE)).rows[0]),
      }
    })
  })

  describe('PostgreSQL, while a later holder has written and not committed yet,', () => {
    const EPOCH = 'store.1'
    const written = (number: number) => ({ id: 1, balance: number * 10, epoch: EPOCH, number })

    /** A holder of token 7 that has written, and one of token 6 that begins to. */
    async function raceOf(isolation: string) {
      const observer = await sessionOn(EPOCH)
      const [later, earlier] = [newSession(), newSession()]
      const pid = (await earlier.run('SELECT pg_backend_pid()')).rows[0]!
      for (const session of [later, earlier]) {
        await session.run(`BEGIN TRANSACTION ISOLATION LEVEL ${isolation}`)
      }
      await later.run(DOCUMENTED.write, written(7))
      return {
        earlier,
        observer,
        /** The earlier one writes, and the later one ends meanwhile. */
        writeMeanwhile: async (
          end: 'COMMIT' | 'ROLLBACK',
          statement: string = DOCUMENTED.write,
        ) => {
          const writing = earlier.run(statement, written(6))
          // Until it is looked at below it is nobody's: it fails on purpose at some levels.
          writing.catch(() => {})
          await untilBlocked(observer, pid)
          await later.run(end)
          return writing
        },
        balance: async () => (await observer.run(BALANCE)).rows[0],
      }
    }

    it('refuses an earlier one once that is committed', async () => {
      const { writeMeanwhile, earlier, balance } = await raceOf('READ COMMITTED')
      expect((await writeMeanwhile('COMMIT')).count).toBe(0)
      await earlier.run('COMMIT')
      expect(await balance()).toBe('70')
    })

    it('takes what an earlier one writes if that is never committed', async () => {
      const { writeMeanwhile, earlier, balance } = await raceOf('READ COMMITTED')
      expect((await writeMeanwhile('ROLLBACK')).count).toBe(1)
      await earlier.run('COMMIT')
      expect(await balance()).toBe('60')
    })

    it.each(['REPEATABLE READ', 'SERIALIZABLE'])(
      'fails the statement of an earlier one at %s',
      async (isolation) => {
        const { writeMeanwhile, earlier, balance } = await raceOf(isolation)
        await expect(writeMeanwhile('COMMIT')).rejects.toMatchObject({ code: '40001' })
        await earlier.run('ROLLBACK')
        expect(await balance()).toBe('70')
      },
    )

    it('lets an earlier one through that has checked in a statement before', async () => {
      const { writeMeanwhile, earlier, balance } = await raceOf('READ COMMITTED')
      const check = 'SELECT 1 FROM ledger WHERE id = :id AND fencing_number <= :number'
      expect((await earlier.run(check, { id: 1, number: 6 })).count).toBe(1)
      const unchecked =
        'UPDATE ledger SET balance = :balance, fencing_number = :number WHERE id = :id'
      expect((await writeMeanwhile('COMMIT', unchecked)).count).toBe(1)
      await earlier.run('COMMIT')
      expect(await balance()).toBe('60')
    })
  })
})
