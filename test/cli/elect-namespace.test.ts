import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { freePort } from '../control-plane/free-port.ts'
import { ROOT } from '../meta/repository.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { sayOnAndOn } from './lock-processes.ts'

const NAMESPACE = ['--pid', '--fork', '--kill-child', '--mount-proc']
const AS_ROOT_OF_ITS_OWN = ['--user', '--map-root-user', ...NAMESPACE]

/** How this machine makes a process namespace; `undefined` if it does not let us. */
const options = [NAMESPACE, AS_ROOT_OF_ITS_OWN].find(
  (flags) => spawnSync('unshare', [...flags, 'true']).status === 0,
)

/** What a `pause` does, with the containers of its pod: an elector, and work that is deaf to TERM. */
const POD = `
sh -c "trap '' TERM; $WORK" &
"$NODE" "$MAIN" elect --store="$FOLDER/locks.db" --work=job --port="$PORT" 2> "$FOLDER/said" &
read -r line < "$FOLDER/stop"
kill -TERM $!
wait $!
echo $? > "$FOLDER/code"
`

it.skipIf(options === undefined)(
  'lockstep elect ends the work of a pod and neither its pause nor itself, in a real process namespace',
  async () => {
    const folder = temporaryFolder()
    const port = await freePort()
    copyFileSync('/bin/sh', join(folder, 'pause'))
    spawnSync('mkfifo', [join(folder, 'stop')])
    const pod = spawn('unshare', [...(options ?? []), join(folder, 'pause'), '-c', POD], {
      env: {
        PATH: process.env.PATH,
        NODE: process.execPath,
        MAIN: join(ROOT, 'cli/main.ts'),
        FOLDER: folder,
        PORT: String(port),
        LOG: join(folder, 'log'),
        WORK: sayOnAndOn('A'),
        LEASE_NAME: 'job',
        LEASE_NAMESPACE: 'default',
        POD_NAME: 'pod',
        POD_UID: 'uid',
        LEASE_DURATION: '15s',
        RENEW_DEADLINE: '10s',
        RETRY_PERIOD: '2s',
      },
      stdio: 'ignore',
    })
    onTestFinished(() => void pod.kill('SIGKILL'))
    const ended = new Promise((resolve) => pod.once('exit', resolve))
    const read = (name: string) =>
      existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : ''
    await eventually(
      'it leads',
      () =>
        fetch(`http://127.0.0.1:${port}/startz`).then(
          ({ status }) => status,
          () => 0,
        ),
      (status) => status === 200,
      60,
      () => read('said'),
    )
    expect(read('said')).toContain('Work that ran without leadership was ended')
    const lines = read('log')
    expect(lines).toContain('A')
    writeFileSync(join(folder, 'stop'), 'stop\n')
    await ended
    expect(read('code')).toBe('0\n')
    expect(read('log')).toBe(lines)
  },
)
