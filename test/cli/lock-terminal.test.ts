import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

/** What `script` and `unshare` run: `lockstep lock run` with a shell script. */
function commandFor(script: string): readonly string[] {
  const folder = temporaryFolder()
  const file = join(folder, 'script.sh')
  writeFileSync(file, script)
  const store = ['--store', join(folder, 'locks.db')]
  return [process.execPath, MAIN, 'lock', 'run', ...store, 'job', '--', 'sh', file]
}

function watched(child: ChildProcess) {
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout!.on('data', (chunk) => {
    output += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const until = (text: string) =>
    eventually(
      text,
      async () => output,
      (seen) => seen.includes(text),
    )
  return { child, ended, until, output: () => output }
}

/** `exec`: the shell of `script` would get Ctrl-C as well, and some end of it before the command. */
const onTerminal = (command: readonly string[]) =>
  watched(spawn('script', ['-qec', `exec ${command.join(' ')}`, '/dev/null']))

const canScript = spawnSync('script', ['--version']).status === 0

describe.skipIf(!canScript)(
  'lockstep lock run on a terminal (needs `script` of util-linux)',
  () => {
    it('gives it to the command, with what is typed, and passes Ctrl-C on', async () => {
      const command = commandFor(`
      trap 'echo interrupted; exit 9' INT
      test -t 0 && test -t 1 && test -t 2 && echo on a terminal
      read line
      echo "got $line"
      while :; do sleep 0.05; done
    `)
      const run = onTerminal(command)
      await run.until('on a terminal')
      run.child.stdin!.write('a line\n')
      await run.until('got a line')
      run.child.stdin!.write('\x03')
      await run.until('interrupted')
      expect(await run.ended).toBe(9)
    })

    it('keeps the lock when somebody presses Ctrl-Z', async () => {
      const command = commandFor('echo ready; read line; echo "got $line"')
      const run = onTerminal(command)
      await run.until('ready')
      run.child.stdin!.write('\x1a')
      run.child.stdin!.write('a line\n')
      await run.until('got a line')
      expect(await run.ended).toBe(0)
    })
  },
)

const AS_FIRST = ['--pid', '--fork', '--mount-proc', '--kill-child']
const canUnshare = spawnSync('unshare', [...AS_FIRST, 'true']).status === 0

describe.skipIf(!canUnshare)(
  'lockstep lock run as the first process (needs `unshare --pid`)',
  () => {
    it('passes signals and the exit code on, and waits for no dead orphan', async () => {
      // The orphan ends after its parent, so the first process inherits it.
      const command = commandFor(`
      trap 'echo asked; exit 6' TERM
      (sh -c 'sleep 0.2' &)
      echo "parent is $PPID"
      while :; do sleep 0.05; done
    `)
      const run = watched(spawn('unshare', [...AS_FIRST, ...command]))
      await run.until('parent is 1')
      const first = spawnSync('pgrep', ['-P', String(run.child.pid)])
        .stdout.toString()
        .trim()
      process.kill(Number(first), 'SIGTERM')
      expect(await run.ended).toBe(6)
      expect(run.output()).toContain('asked')
    })
  },
)
