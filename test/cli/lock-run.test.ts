import { renameSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { isHandedOver, isRunning, LockProcesses, sayOnAndOn } from './lock-processes.ts'

/** Others wait for it, so it is short; those that must not lose it have the default. */
const SHORT = ['--ttl', '5s']
const THEN_B = 'echo B >> "$LOG"; sleep 0.3; echo B >> "$LOG"'

describe('lockstep lock run', () => {
  it.each([
    ['of the command', ['sh', '-c', 'exit 3'], 3],
    ['0', ['true'], 0],
    ['128 and the signal that ended it', ['sh', '-c', 'kill -KILL $$'], 137],
    ['127 if there is no such command', ['no-such-command'], 127],
    ['126 if it is no program', ['/dev/null'], 126],
  ])('ends with the exit code %s', async (_, command, code) => {
    const locks = new LockProcesses()
    expect(await locks.run('run', 'job', '--', ...command)).toMatchObject({ code })
    // And the lock is free again.
    expect(await locks.run('run', 'job', '--', 'true')).toMatchObject({ code: 0, stderr: '' })
  })

  it.each([
    ['no command', ['job'], "missing required argument 'command'"],
    ['a time to live that no lock can have', ['job', '--ttl', '1s', '--', 'true'], 'from 3 to'],
    ['a duration without a unit', ['job', '--wait=30', '--', 'true'], '30s'],
    ['a misspelt option', ['job', '--wiat', '--', 'true'], 'Did you mean --wait?'],
    ['slots of something done once', ['job', '--once=k', '--slots=2', '--', 'true'], '--slots'],
  ])('refuses %s', async (_, args, words) => {
    const { code, stderr } = await new LockProcesses().run('run', ...args)
    expect(code).toBe(2)
    expect(stderr).toContain(words)
  })

  it('gives the command its token, its hold and how long it may go on', async () => {
    const locks = new LockProcesses()
    const tokens: bigint[] = []
    for (let round = 0; round < 2; round++) {
      const { stdout } = await locks.run('run', 'job', '--', 'env')
      const env = Object.fromEntries(stdout.split('\n').map((line) => line.split('=', 2)))
      expect(env.LOCKSTEP_LOCK).toBe('job')
      expect(env.LOCKSTEP_HOLD_ID).toMatch(/^[0-9a-f-]{36}$/)
      expect(env.LOCKSTEP_FENCING_TOKEN).toBe(
        `${env.LOCKSTEP_FENCING_EPOCH}:${env.LOCKSTEP_FENCING_NUMBER}`,
      )
      // TERM comes a quarter of 27 s before the holder stops to believe, KILL a twentieth before.
      expect(Number(env.LOCKSTEP_DEADLINE_MS)).toBeGreaterThan(0)
      expect(Number(env.LOCKSTEP_DEADLINE_MS)).toBeLessThanOrEqual(20_250)
      expect(env.LOCKSTEP_GRACE_MS).toBe('5400')
      tokens.push(BigInt(env.LOCKSTEP_FENCING_NUMBER!))
    }
    expect(tokens[1]).toBeGreaterThan(tokens[0]!)
  })

  it('never runs two commands at once', async () => {
    const locks = new LockProcesses()
    const script = 'echo begin >> "$LOG"; sleep 0.1; echo end >> "$LOG"'
    const runs = Array.from({ length: 5 }, () => locks.script(script, ['--wait']))
    for (const { ended } of runs) expect(await ended).toEqual({ code: 0, stderr: '' })
    expect(locks.lines()).toEqual(Array.from({ length: 5 }, () => ['begin', 'end']).flat())
  })

  it('tries once, or waits as long as it is told, and says who holds the lock', async () => {
    const locks = new LockProcesses()
    const a = locks.script('echo A >> "$LOG"; read line', ['--holder', 'the-first'])
    await locks.untilLogged('A')
    for (const wait of [[], ['--wait=200ms']]) {
      const { code, stderr } = await locks.run('run', 'job', ...wait, '--', 'true')
      expect(code).toBe(75)
      expect(stderr).toContain('Lock default/job is held by the-first')
      expect(stderr.includes('--wait=60s')).toBe(wait.length === 0)
    }
    a.child.stdin!.end('\n')
    expect(await a.ended).toMatchObject({ code: 0 })
  })

  it('lets as many in as there are slots', async () => {
    const locks = new LockProcesses()
    const slots = ['--slots', '2']
    const runs = ['A', 'B'].map((who) => locks.script(`echo ${who} >> "$LOG"; read line`, slots))
    await locks.untilLogged('A')
    await locks.untilLogged('B')
    const [late, wrong] = [locks.script('true', slots), locks.script('true', ['--slots', '3'])]
    expect(await late.ended).toMatchObject({ code: 75 })
    expect(await wrong.ended).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('has 2 slots, and this caller says 3. Say 2'),
    })
    for (const { child } of runs) child.stdin!.end('\n')
    for (const { ended } of runs) expect(await ended).toMatchObject({ code: 0 })
  })

  it('passes signals on, and ends as the command decides', async () => {
    const locks = new LockProcesses()
    const traps = ['INT', 'HUP', 'USR1', 'USR2', 'QUIT'].map(
      (s) => `trap 'echo ${s} >> "$LOG"' ${s}`,
    )
    const run = locks.script(
      `${traps.join('; ')}; trap 'exit 7' TERM; echo A >> "$LOG"; while :; do sleep 0.05; done`,
    )
    await locks.untilLogged('A')
    for (const signal of ['INT', 'HUP', 'USR1', 'USR2', 'QUIT', 'INT']) {
      const before = locks.lines().length
      process.kill(run.pid, `SIG${signal}`)
      const lines = await eventually(
        `SIG${signal}`,
        async () => locks.lines(),
        (seen) => seen.length > before,
      )
      expect(lines.at(-1)).toBe(signal)
    }
    process.kill(run.pid, 'SIGTERM')
    expect(await run.ended).toMatchObject({ code: 7 })
    expect(await locks.run('run', 'job', '--', 'true')).toMatchObject({ code: 0 })
  })

  it('stops to wait when it is interrupted', async () => {
    const locks = new LockProcesses()
    const a = locks.script('echo A >> "$LOG"; read line')
    await locks.untilLogged('A')
    const b = locks.script('echo B >> "$LOG"', ['--wait'])
    await eventually(
      'that it waits',
      async () => (await locks.run('ls')).stdout,
      (table) => /\b1\n$/.test(table),
    )
    process.kill(b.pid, 'SIGTERM')
    expect(await b.ended).toMatchObject({ code: 143 })
    a.child.stdin!.end('\n')
    expect(await a.ended).toMatchObject({ code: 0 })
    expect(locks.lines()).toEqual(['A'])
  })

  it('ends what a command leaves behind before the lock is free', async () => {
    const locks = new LockProcesses()
    const deaf = `(trap '' TERM; echo $$ >> "$LOG"; ${sayOnAndOn('A')}) < /dev/null > /dev/null 2>&1 &`
    const a = locks.script(`${deaf} sleep 0.2; exit 4`)
    await locks.untilLogged('A')
    const b = locks.script(THEN_B, ['--wait'])
    expect(await a.ended).toMatchObject({ code: 4 })
    expect(await b.ended).toMatchObject({ code: 0 })
    expect(isHandedOver(locks.lines(), 'A', 'B')).toBe(true)
  })

  it('passes standard input through', async () => {
    const run = new LockProcesses().script('cat')
    run.child.stdin!.end('one\ntwo\n')
    expect(await run.ended).toEqual({ code: 0, stderr: '' })
    expect(run.stdout()).toBe('one\ntwo\n')
  })
})

describe('A command whose hold is lost', () => {
  it('is killed, even if it is stopped, when somebody breaks the hold', async () => {
    const locks = new LockProcesses()
    const a = locks.script(`echo $$ >> "$LOG"; ${sayOnAndOn('A')}`, ['--ttl', '10s'])
    await locks.untilLogged('A')
    process.kill(Number(locks.lines()[0]), 'SIGSTOP')
    const b = locks.script(THEN_B, ['--wait'])
    expect(await locks.run('break', 'job', '--reason', 'a drill')).toMatchObject({ code: 0 })
    const { code, stderr } = await a.ended
    expect(code).toBe(76)
    expect(stderr).toContain('(broken: a drill)')
    expect(await b.ended).toMatchObject({ code: 0 })
    expect(isHandedOver(locks.lines(), 'A', 'B')).toBe(true)
  })

  it('is killed in time though it does not listen, when the store cannot be written', async () => {
    const locks = new LockProcesses()
    const a = locks.script(`trap 'echo TERM >> "$LOG"' TERM; ${sayOnAndOn('A')}`, SHORT)
    await locks.untilLogged('A')
    const other = new DatabaseSync(locks.file, { timeout: 5000 })
    other.exec('BEGIN IMMEDIATE')
    expect(await a.ended).toMatchObject({ code: 76 })
    expect(locks.lines()).toContain('TERM')
    const said = locks.lines().length
    other.exec('ROLLBACK')
    other.close()
    expect(await locks.script(THEN_B, ['--wait']).ended).toMatchObject({ code: 0 })
    expect(locks.lines().slice(said)).toEqual(['B', 'B'])
  })

  it('is ended when the file of the store is replaced', async () => {
    const locks = new LockProcesses()
    const a = locks.script(sayOnAndOn('A'), SHORT)
    await locks.untilLogged('A')
    renameSync(locks.file, `${locks.file}.moved`)
    const { code, stderr } = await a.ended
    expect(code).toBe(76)
    expect(stderr).toContain('it was moved, deleted or replaced')
  })

  it('is killed, and others get the lock, when what runs it is killed', async () => {
    const locks = new LockProcesses()
    const a = locks.script(`trap '' TERM; echo $$ >> "$LOG"; ${sayOnAndOn('A')}`, SHORT)
    await locks.untilLogged('A')
    process.kill(a.pid, 'SIGKILL')
    const b = locks.script(THEN_B, ['--wait'])
    expect(await b.ended).toMatchObject({ code: 0 })
    expect(isHandedOver(locks.lines(), 'A', 'B')).toBe(true)
    expect(isRunning(Number(locks.lines()[0]))).toBe(false)
  })

  it('is killed, and others get the lock, when what runs it is stopped', async () => {
    const locks = new LockProcesses()
    const a = locks.script(`trap '' TERM; ${sayOnAndOn('A')}`, SHORT)
    await locks.untilLogged('A')
    process.kill(a.pid, 'SIGSTOP')
    expect(await locks.script(THEN_B, ['--wait']).ended).toMatchObject({ code: 0 })
    expect(isHandedOver(locks.lines(), 'A', 'B')).toBe(true)
    process.kill(a.pid, 'SIGCONT')
    expect(await a.ended).toMatchObject({ code: 76 })
  })
})

describe('lockstep lock run --once', () => {
  const once = ['--once', '2026-11-21']

  it('runs once, and gives later callers what it came to', async () => {
    const locks = new LockProcesses()
    const script = 'echo ran >> "$LOG"; echo 42 rows > "$LOCKSTEP_RESULT_FILE"'
    const first = await locks.run('run', 'job', ...once, '--', 'sh', '-c', script)
    expect(first).toEqual({ code: 0, stdout: '', stderr: '' })
    const second = await locks.run('run', 'job', ...once, '--', 'sh', '-c', script)
    expect(second).toMatchObject({ code: 0, stdout: '42 rows\n' })
    expect(second.stderr).toContain('nothing was run')
    expect(locks.lines()).toEqual(['ran'])
  })

  it('runs again what has failed', async () => {
    const locks = new LockProcesses()
    const script = 'echo ran >> "$LOG"; test "$(wc -l < "$LOG")" -gt 1 || exit 5'
    for (const code of [5, 0, 0]) {
      expect(await locks.run('run', 'job', ...once, '--', 'sh', '-c', script)).toMatchObject({
        code,
      })
    }
    expect(locks.lines()).toEqual(['ran', 'ran'])
  })

  it('has succeeded also with a result that is too long, and warns', async () => {
    const locks = new LockProcesses()
    writeFileSync(`${locks.folder}/long`, 'x'.repeat(2000))
    const script = 'cp long "$LOCKSTEP_RESULT_FILE"'
    const first = await locks.run('run', 'job', ...once, '--', 'sh', '-c', script)
    expect(first.code).toBe(0)
    expect(first.stderr).toContain('warning: The result is not kept: it takes 2002 bytes')
    expect(await locks.run('run', 'job', ...once, '--', 'false')).toMatchObject({
      code: 0,
      stdout: '',
    })
  })
})
