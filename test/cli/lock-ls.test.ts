import { expect, it } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { fakeTerminal } from './fake-terminal.ts'
import { LockProcesses } from './lock-processes.ts'

/** A lock that is held for as long as the test wants. */
async function heldLock(options: readonly string[] = []) {
  const locks = new LockProcesses()
  const run = locks.script('echo A >> "$LOG"; read line', ['--holder', 'the-first', ...options])
  await locks.untilLogged('A')
  const release = async () => {
    run.child.stdin!.end('\n')
    return run.ended
  }
  return { locks, run, release }
}

it('lockstep lock ls shows who holds what, and JSON on request', async () => {
  const { locks, release } = await heldLock()
  const { code, stdout, stderr } = await locks.run('ls')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^LOCK +HOLDER +FOR +SILENT FOR +TOKEN +WAITING\n/)
  expect(stdout).toMatch(/\njob +the-first +[\d.]+ s +[\d.]+ s +[0-9a-f-]{36}\.1:\d+ +0\n$/)
  const [lock] = JSON.parse((await locks.run('ls', '--json')).stdout)
  expect(lock).toMatchObject({
    name: 'job',
    waiting: 0,
    runs: [],
    holds: [{ holder: 'the-first', state: 'held', bounds: { ttlMs: 30_000 } }],
  })
  expect(await release()).toMatchObject({ code: 0 })
  expect((await locks.run('ls')).stdout).toMatch(/\njob +- +- +- +- +0\n$/)
  expect((await locks.run('ls', '--namespace', 'else')).stdout).toBe(
    'There are no locks in namespace else\n',
  )
})

it('lockstep lock show tells what follows from the times of a hold, and the runs', async () => {
  const locks = new LockProcesses()
  const run = (key: string, command: string) =>
    locks.run('run', 'reindex', '--once', key, '--', 'sh', '-c', command)
  await run('monday', 'echo 7 rows > "$LOCKSTEP_RESULT_FILE"')
  await run('tuesday', 'exit 3')
  const { code, stdout } = await locks.run('show', 'reindex')
  expect(code).toBe(0)
  expect(stdout).toContain('Lock reindex in namespace default: free, 0 waiting\n')
  expect(stdout).toMatch(/ {2}tuesday {2}failed, 1 attempt .*exit code 3\n {2}monday {2}succeeded/)

  const { locks: others, release } = await heldLock(['--ttl', '10s'])
  const held = (await others.run('show', 'job')).stdout
  expect(held).toContain('held, 0 waiting')
  expect(held).toContain('renewed   every 3.3 s; its holder stops 9 s after the last renewal')
  expect(held).toContain('others get it 10 s after they saw its last renewal')
  expect(held).toContain('unless one clock runs 1.11 times as fast as another')
  await release()
})

it('says what a holder calls itself in one line, and in no colour that could hide the rest', async () => {
  const { locks, release } = await heldLock(['--holder', 'me\njob  you \u001b[8m'])
  for (const { stdout } of [await locks.run('ls'), await locks.run('show', 'job')]) {
    expect(stdout).toContain('me\ufffdjob  you \ufffd[8m')
  }
  await release()
})

it('looks in the cluster of its pod where nothing else is said', async () => {
  const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' }
  const terminal = fakeTerminal({ cwd: temporaryFolder(), env })
  await runProgram(['lock', 'ls'], terminal)
  expect(terminal.exitCode).toBe(2)
  expect(terminal.stderr).toContain('/var/run/secrets/kubernetes.io/serviceaccount/')
})

it.each(['--context', '--kubeconfig', '--cluster-id'])(
  'refuses a file and a cluster at once: --store and %s',
  async (option) => {
    const { code, stderr } = await new LockProcesses().run('ls', option, 'x')
    expect(code).toBe(2)
    expect(stderr).toMatch(/option '--store <file>' cannot be used with option/)
  },
)

it('says which lock was meant', async () => {
  const locks = new LockProcesses()
  await locks.run('run', 'reindex', '--', 'true')
  for (const [action, ...more] of [['show'], ['break', '--reason', 'a drill']]) {
    const { code, stderr } = await locks.run(action!, 'rendex', ...more)
    expect(code).toBe(2)
    expect(stderr).toContain("error: There is no lock 'rendex' in namespace default")
    expect(stderr).toContain("Did you mean 'reindex'?")
  }
})

it('lockstep lock break says what happens when, and who did it and why is there to read', async () => {
  const { locks, run } = await heldLock(['--ttl', '10s'])
  const refused = await locks.run('break', 'job')
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain("required option '--reason <text>' not specified")
  const { code, stdout } = await locks.run('break', 'job', '--reason', 'it hangs')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Broke hold [0-9a-f-]{36} of the-first\n/)
  expect(stdout).toContain('at its next renewal, within 3.3 s if it runs')
  expect(stdout).toContain('Others get the lock 10 s after its last sign of life.')
  expect((await locks.run('show', 'job')).stdout).toMatch(/broken {4}by \S+: it hangs\n/)
  expect((await locks.run('ls')).stdout).toContain('the-first (broken)')
  expect(await run.ended).toMatchObject({ code: 76 })
  // Once is enough.
  expect(await locks.run('break', 'job', '--reason', 'again')).toMatchObject({ code: 1 })
})

it('lockstep lock break lets others in at once where that was asked for', async () => {
  const { locks, run } = await heldLock()
  const { stdout } = await locks.run('break', 'job', '--reason', 'fenced anyway', '--at-once')
  expect(stdout).toContain('Others may have the lock now.')
  expect(await locks.run('run', 'job', '--', 'true')).toMatchObject({ code: 0 })
  run.child.kill('SIGKILL')
})

it('lockstep lock break asks which of several holds is meant', async () => {
  const { locks, run, release } = await heldLock(['--slots', '2', '--ttl', '10s'])
  const other = locks.script('echo B >> "$LOG"; read line', ['--slots', '2', '--holder', 'second'])
  await locks.untilLogged('B')
  const { code, stderr } = await locks.run('break', 'job', '--reason', 'a drill')
  expect(code).toBe(2)
  const [, id = ''] = /--hold ([0-9a-f-]{36}) \(the-first\)/.exec(stderr) ?? []
  expect(await locks.run('break', 'job', '--reason', 'a drill', '--hold', id)).toMatchObject({
    code: 0,
  })
  expect(await run.ended).toMatchObject({ code: 76 })
  other.child.stdin!.end('\n')
  expect(await other.ended).toMatchObject({ code: 0 })
  await release()
})
