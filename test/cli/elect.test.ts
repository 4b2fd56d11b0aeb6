import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { compareTokens, parseToken } from '../../leases/fencing-token.ts'
import { eventually } from '../control-plane/eventually.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { ElectorProcess } from './elector-process.ts'
import { fullPipe } from './full-pipe.ts'
import { isHandedOver, isRunning, LockProcesses, sayOnAndOn } from './lock-processes.ts'
import { ProcessFolder } from './process-folder.ts'

const TIMING = { LEASE_DURATION: '15s', RENEW_DEADLINE: '10s', RETRY_PERIOD: '2s' }
/** For those who wait for a leader that died. */
const SHORT = { LEASE_DURATION: '4s', RENEW_DEADLINE: '2s', RETRY_PERIOD: '500ms' }

/** Electors for one Lease of a file, each in a pod of its own. */
function election(timing: Readonly<Record<string, string>> = TIMING) {
  const locks = new LockProcesses()
  const start = async (
    uid: string,
    args: readonly string[],
    stderr?: number,
  ): Promise<ElectorProcess> => {
    const elector = await ElectorProcess.start({
      ...(stderr !== undefined && { stderr }),
      args: [...locks.store, ...args],
      env: {
        LEASE_NAME: 'job',
        LEASE_NAMESPACE: 'default',
        POD_NAME: `pod-${uid}`,
        POD_UID: uid,
        ...timing,
      },
      cwd: locks.folder,
    })
    onTestFinished(() => void elector.child.kill('SIGKILL'))
    return elector
  }
  return { locks, start }
}

describe('lockstep elect, to cooperate', () => {
  const COOPERATIVE = ['--work=cooperative']

  it('leads, gives up and ends while nobody reads what it says', async () => {
    const { locks, start } = election()
    const a = await start('a', COOPERATIVE, fullPipe())
    await a.untilItSays('/leader', 200)
    renameSync(locks.file, `${locks.file}.moved`)
    await a.untilItSays('/leader', 503)
    renameSync(`${locks.file}.moved`, locks.file)
    await a.untilItSays('/leader', 200)
    expect(await a.stop()).toBe(0)
  })

  it('tells one that its pod leads, with a token, and the next when that one is stopped', async () => {
    const { start } = election()
    const a = await start('a', COOPERATIVE)
    await a.untilItSays('/leader', 200)
    const b = await start('b', COOPERATIVE)
    await b.untilItSays('/startz', 200)
    expect(await b.leader()).toEqual({ leads: false })
    expect([await b.says('/leader'), await b.says('/livez'), await b.says('/readyz')]).toEqual([
      503, 200, 200,
    ])
    const first = await a.leader()
    expect(first).toMatchObject({ leads: true, holdId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(first?.forMs).toBeLessThanOrEqual(10_000)
    expect(first?.fencingToken).toBe(`${first?.fencingEpoch}:${first?.fencingNumber}`)

    expect(await a.stop()).toBe(0)
    await b.untilItSays('/leader', 200)
    const tokens = [first, await b.leader()].map((said) => parseToken(said?.fencingToken ?? ''))
    expect(compareTokens(tokens[1]!, tokens[0]!)).toBeGreaterThan(0)
  })

  it('shows who leads on the Lease: a name that begins with the uid and is new at every start', async () => {
    const { locks, start } = election()
    const shown = async () => (await locks.run('show', 'job')).stdout
    const a = await start('uid-of-a', COOPERATIVE)
    await a.untilItSays('/leader', 200)
    const { holdId = '' } = (await a.leader()) ?? {}
    const before = await shown()
    expect(before).toContain('uid-of-a')
    expect(before).toContain('pod-uid-of-a')
    expect(before).toContain(holdId)
    await a.stop()
    const again = await start('uid-of-a', COOPERATIVE)
    await again.untilItSays('/leader', 200)
    expect(await shown()).not.toContain(holdId)
  })

  it('answers whoever waits when it leads, and when it no longer does', async () => {
    const { start } = election()
    const a = await start('a', COOPERATIVE)
    await a.untilItSays('/leader', 200)
    const b = await start('b', COOPERATIVE)
    await b.untilItSays('/startz', 200)
    expect((await b.get('/leader?wait=200ms'))?.status).toBe(503)
    const etag = (await a.get('/leader'))?.headers.get('etag') ?? ''
    const unchanged = await a.get('/leader?wait=200ms', { 'if-none-match': etag })
    expect(unchanged?.status).toBe(304)

    const lost = a.get('/leader?wait=1m', { 'if-none-match': etag })
    const won = b.get('/leader?wait=1m')
    // Both have been asked.
    await Promise.all([a, b].map((elector) => elector.untilItSays('/livez', 200)))
    a.child.kill('SIGTERM')
    expect((await lost)?.status).toBe(503)
    expect((await won)?.status).toBe(200)
    expect((await b.get('/leader?wait=soon'))?.status).toBe(400)
  })

  it('answers on a socket, and keeps a file while it leads, for apps that prefer those', async () => {
    const { start, locks } = election()
    const socket = join(locks.folder, 'elector.sock')
    const file = join(locks.folder, 'leader.json')
    writeFileSync(file, 'left behind')
    const a = await start('a', COOPERATIVE)
    await a.untilItSays('/leader', 200)
    const b = await start('b', [...COOPERATIVE, `--socket=${socket}`, `--file=${file}`])
    await b.untilItSays('/leader', 503)
    await eventually(
      'the file is gone',
      async () => existsSync(file),
      (is) => !is,
    )
    await a.stop()
    expect((await overSocket(socket, '/leader?wait=1m')).status).toBe(200)
    const text = await eventually(
      'the file is there',
      async () => existsSync(file) && readFileSync(file, 'utf8'),
      (seen) => seen !== false,
    )
    const said = JSON.parse(String(text))
    expect(said).toMatchObject({ leads: true, fencingToken: expect.any(String) })
    expect(Date.parse(said.until)).toBeGreaterThan(Date.now())
    await eventually(
      'it is written anew',
      async () => JSON.parse(readFileSync(file, 'utf8')).until,
      (until) => until !== said.until,
    )
    await b.stop()
    expect([existsSync(file), existsSync(socket)]).toEqual([false, false])
  })

  it('leads in place of one that was killed, when its time is over', async () => {
    const { start } = election(SHORT)
    const a = await start('a', COOPERATIVE)
    await a.untilItSays('/leader', 200)
    const b = await start('b', COOPERATIVE)
    await b.untilItSays('/leader', 503)
    const { fencingToken: before = '' } = (await a.leader()) ?? {}
    a.child.kill('SIGKILL')
    await b.untilItSays('/leader', 200)
    const { fencingToken: after = '' } = (await b.leader()) ?? {}
    expect(compareTokens(parseToken(after)!, parseToken(before)!)).toBeGreaterThan(0)
  })

  it('says no when it cannot renew, and yes when it leads again', async () => {
    const { locks, start } = election(SHORT)
    const a = await start('a', COOPERATIVE)
    await a.untilItSays('/leader', 200)
    const etag = (await a.get('/leader'))?.headers.get('etag') ?? ''
    const other = new DatabaseSync(locks.file, { timeout: 5000 })
    other.exec('BEGIN IMMEDIATE')
    expect((await a.get('/leader?wait=1m', { 'if-none-match': etag }))?.status).toBe(503)
    expect([await a.says('/livez'), await a.says('/readyz')]).toEqual([200, 200])
    other.exec('ROLLBACK')
    other.close()
    expect((await a.get('/leader?wait=1m'))?.status).toBe(200)
    expect(a.stderr).toContain('It no longer leads. No renewal was confirmed in time')
  })

  it('says no when its hold was broken, and stands again', async () => {
    const { locks, start } = election(SHORT)
    const a = await start('a', COOPERATIVE)
    await a.untilItSays('/leader', 200)
    const etag = (await a.get('/leader'))?.headers.get('etag') ?? ''
    const lost = a.get('/leader?wait=1m', { 'if-none-match': etag })
    await locks.run('break', 'job', '--reason', 'it hangs')
    expect((await lost)?.status).toBe(503)
    expect((await a.get('/leader?wait=1m'))?.status).toBe(200)
    expect((await a.get('/leader'))?.headers.get('etag')).not.toBe(etag)
  })
})

describe('lockstep elect, for a job', () => {
  /** A pod of the job, with what runs in it. */
  async function pod(electors: ReturnType<typeof election>, uid: string) {
    const folder = new ProcessFolder(temporaryFolder())
    const run = (script: string): ChildProcess => {
      const child = spawn('sh', ['-c', script], {
        env: { ...process.env, LOG: electors.locks.log },
      })
      folder.add(child.pid!)
      child.once('exit', () => folder.remove(child.pid!))
      onTestFinished(() => void child.kill('SIGKILL'))
      return child
    }
    const start = async (): Promise<ElectorProcess> => {
      const elector = await electors.start(uid, ['--work=job', `--proc=${folder.path}`])
      folder.add(elector.pid)
      void elector.ended.then(() => folder.remove(elector.pid))
      return elector
    }
    return { run, start, folder }
  }

  it('lets the work start when the lock is held, and frees the lock after it', async () => {
    const electors = election()
    const [first, second] = [await pod(electors, 'a'), await pod(electors, 'b')]
    const a = await first.start()
    await a.untilItSays('/startz', 200)
    const work = first.run('sleep 2; echo A >> "$LOG"')
    const worked = new Promise((resolve) => work.once('exit', resolve))
    const b = await second.start()
    await b.untilItSays('/livez', 200)
    expect(await b.says('/startz')).toBe(503)
    await worked
    expect(await a.stop()).toBe(0)
    await b.untilItSays('/startz', 200)
    expect(electors.locks.lines()).toEqual(['A'])
  })

  it('ends the work when its hold was broken, before the next one begins', async () => {
    const electors = election(SHORT)
    const [first, second] = [await pod(electors, 'a'), await pod(electors, 'b')]
    const a = await first.start()
    await a.untilItSays('/startz', 200)
    const deaf = first.run(`trap '' TERM; ${sayOnAndOn('A')}`)
    await electors.locks.untilLogged('A')
    const b = await second.start()
    await b.untilItSays('/livez', 200)
    await electors.locks.run('break', 'job', '--reason', 'it hangs')
    await b.untilItSays('/startz', 200)
    second.run(sayOnAndOn('B'))
    await electors.locks.untilLogged('B')
    expect(isRunning(deaf.pid!)).toBe(false)
    expect(isHandedOver(electors.locks.lines(), 'A', 'B')).toBe(true)
  })

  it('ends work that it finds when it starts, or while it waits, and nothing else', async () => {
    const electors = election()
    const { run, start } = await pod(electors, 'a')
    const outside = spawn('sleep', ['60'])
    onTestFinished(() => void outside.kill('SIGKILL'))
    const leftover = run(`trap 'echo asked >> "$LOG"; exit' TERM; ${sayOnAndOn('A')}`)
    await electors.locks.untilLogged('A')
    const other = await electors.start('b', ['--work=cooperative'])
    await other.untilItSays('/leader', 200)
    const elector = await start()
    await eventually(
      'it has ended',
      async () => isRunning(leftover.pid!),
      (is) => !is,
    )
    expect(electors.locks.lines()).toContain('asked')
    const early = run(sayOnAndOn('early'))
    await eventually(
      'it has ended',
      async () => isRunning(early.pid!),
      (is) => !is,
    )
    expect([isRunning(elector.pid), isRunning(outside.pid!)]).toEqual([true, true])
    expect(await elector.says('/startz')).toBe(503)
  })

  it('ends work that still runs when it is told to end, and then frees the lock', async () => {
    const electors = election()
    const { run, start } = await pod(electors, 'a')
    const elector = await start()
    await elector.untilItSays('/startz', 200)
    const work = run(sayOnAndOn('A'))
    await electors.locks.untilLogged('A')
    expect(await elector.stop()).toBe(0)
    expect(isRunning(work.pid!)).toBe(false)
    expect(await electors.locks.run('run', 'job', '--', 'true')).toMatchObject({ code: 0 })
  })

  it('touches nothing where it does not see a pod', async () => {
    const electors = election()
    const elector = await electors.start('a', ['--work=job'])
    expect(await elector.ended).toBe(1)
    expect(elector.stderr).toContain('nothing was ended')
    expect(elector.stderr).toContain('shareProcessNamespace: true')
  })
})

describe('lockstep elect refuses', () => {
  it.each([
    ['no work', [], "required option '--work"],
    ['work that there is not', ['--work=nothing'], 'Allowed choices are requests, supervised'],
    ['a port that cannot be', ['--work=cooperative', '--port=70000'], 'from 1 to 65535'],
  ])('%s', async (_, args, words) => {
    const { start } = election()
    const elector = await start('a', args)
    expect(await elector.ended).toBe(2)
    expect(elector.stderr).toContain(words)
  })

  it.each(['requests', 'supervised'])('to act on a pod where there is none: %s', async (work) => {
    const { start, locks } = election()
    const proc = new ProcessFolder(locks.folder)
    const elector = await start('a', [`--work=${work}`, `--proc=${proc.path}`])
    expect(await elector.ended).toBe(1)
    expect(elector.stderr).toContain(`--work=${work} acts on the pod`)
    expect(elector.stderr).toContain('Leave --store out')
  })

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['nothing', { LEASE_NAME: '', POD_UID: '' }, ['LEASE_NAME is not set', 'POD_UID is not set']],
    [
      'no durations',
      { LEASE_DURATION: '15', RETRY_PERIOD: 'soon' },
      ["LEASE_DURATION is '15'", "RETRY_PERIOD is 'soon'"],
    ],
    ['a lease that no lock can have', { LEASE_DURATION: '1s' }, ['from 3 to']],
    [
      'times in the wrong order',
      { RENEW_DEADLINE: '15s', RETRY_PERIOD: '20s' },
      ['RENEW_DEADLINE is not shorter than LEASE_DURATION', 'RETRY_PERIOD is not between'],
    ],
  ])('an environment that says %s, with all that is wrong', async (_, env, words) => {
    const { start } = election({ ...TIMING, ...env })
    const elector = await start('a', ['--work=cooperative'])
    expect(await elector.ended).toBe(1)
    for (const word of words) expect(elector.stderr).toContain(word)
  })

  it('a port that somebody listens on, and a file that it cannot write', async () => {
    const { start, locks } = election()
    const a = await start('a', ['--work=cooperative'])
    await a.untilItSays('/leader', 200)
    const b = await start('b', ['--work=cooperative', `--port=${a.port}`])
    expect(await b.ended).toBe(1)
    expect(b.stderr).toContain(`The elector cannot listen on ${a.port}`)
    const missing = join(locks.folder, 'missing', 'leader.json')
    const c = await start('c', ['--work=cooperative', `--file=${missing}`])
    expect(await c.ended).toBe(1)
    expect(c.stderr).toContain('cannot be written')
  })
})

const overSocket = (socketPath: string, path: string) =>
  new Promise<{ readonly status: number | undefined }>((resolve, reject) => {
    request({ socketPath, path }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve({ status: answer.statusCode }))
    })
      .once('error', reject)
      .end()
  })
