import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cachedBinary } from '../binary-cache.ts'
import type { Connection } from '../connection.ts'
import { freePort } from '../free-port.ts'
import { writeKubeconfig } from '../kubeconfig.ts'
import { KUSTOMIZE_CONTROLLER } from '../programs.ts'
import { newRunFolder } from '../run-folder.ts'
import { ControlPlaneStartError } from '../start-error.ts'

export interface KustomizeControllerProps {
  readonly connection: Connection
  /** The only namespace whose Kustomizations it looks after. */
  readonly namespace: string
  /**
   * How many Kustomizations it applies at the same time.
   *
   * @default 4 - its own default
   */
  readonly concurrent?: number
}

export interface KustomizeController {
  readonly logFile: string
  stop(): Promise<void>
}

const READY_WITHIN_MS = 60_000

/**
 * Kills the program when standard input closes, which the operating system sees to however the
 * process ends that holds the other side. It has nothing to save, and asked to end it would first
 * finish what it waits for.
 */
const TIED_TO_INPUT =
  'exec 3<&0; "$@" 3<&- & program=$!; (cat <&3; kill -KILL $program) & wait $program'

/** The real one, as it runs in a cluster, for one namespace. Its kinds must be served already. */
export async function startKustomizeController(
  props: KustomizeControllerProps,
): Promise<KustomizeController> {
  const folder = await newRunFolder()
  const logFile = join(folder, 'kustomize-controller.log')
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, writeKubeconfig(props.connection), { mode: 0o600 })
  const port = await freePort()
  const log = openSync(logFile, 'a')
  const child = spawn(
    '/bin/sh',
    ['-c', TIED_TO_INPUT, 'sh', cachedBinary(KUSTOMIZE_CONTROLLER), ...args(props, port)],
    {
      stdio: ['pipe', log, log],
      // In a process group of its own, so that Ctrl-C does not end it under the tests.
      detached: true,
      env: { PATH: process.env.PATH, KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: props.namespace },
    },
  )
  closeSync(log)
  let endedAs: string | undefined
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      endedAs = signal ?? `exit code ${code}`
      child.stdin?.end()
      resolve()
    })
  })
  const stop = async () => {
    child.stdin?.end()
    await ended
    await rm(folder, { recursive: true })
  }
  const deadline = performance.now() + READY_WITHIN_MS
  while (!(await isReady(port))) {
    if (endedAs === undefined && performance.now() < deadline) {
      await sleep(25)
      continue
    }
    const lastWords = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-5).join('\n')
    const why = endedAs === undefined ? 'was not ready in time' : `ended with ${endedAs}`
    child.stdin?.end()
    throw new ControlPlaneStartError('kustomize-controller', why, logFile, lastWords)
  }
  return { logFile, stop }
}

const args = ({ concurrent = 4 }: KustomizeControllerProps, port: number): readonly string[] => [
  '--watch-all-namespaces=false',
  '--events-addr=',
  '--enable-leader-election=false',
  '--metrics-addr=0',
  `--health-addr=127.0.0.1:${port}`,
  '--log-encoding=json',
  `--concurrent=${concurrent}`,
]

const isReady = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    }).once('error', () => resolve(false))
  })
