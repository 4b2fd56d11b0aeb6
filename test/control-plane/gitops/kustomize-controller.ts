import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cachedBinary } from '../binary-cache.ts'
import type { Connection } from '../connection.ts'
import { freePort } from '../free-port.ts'
import { writeKubeconfig } from '../kubeconfig.ts'
import { ProgramError } from '../program-error.ts'
import { KUSTOMIZE_CONTROLLER } from '../programs.ts'
import { newRunFolder } from '../run-folder.ts'

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
  /**
   * @default - what was built
   */
  readonly binary?: string
  /**
   * @default freePort
   */
  readonly choosePort?: () => Promise<number>
}

export interface KustomizeController {
  readonly logFile: string
  /** Settles when it has ended by itself. */
  readonly broken: Promise<Error>
  stop(): Promise<void>
}

const PORT_ATTEMPTS = 5
const READY_WITHIN_MS = 60_000

/**
 * Kills the program when standard input closes, which the operating system sees to however the
 * process ends that holds the other side. It has nothing to save, and asked to end it would first
 * finish what it waits for.
 */
const TIED_TO_INPUT =
  'exec 3<&0; "$@" 3<&- & program=$!; (cat <&3; kill -KILL $program 2>/dev/null) & wait $program'

/**
 * The real one, as it runs in a cluster, for one namespace. Its kinds must be served already.
 *
 * @throws {ProgramError}
 */
export async function startKustomizeController(
  props: KustomizeControllerProps,
): Promise<KustomizeController> {
  const { connection, choosePort = freePort } = props
  const folder = await newRunFolder()
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, writeKubeconfig(connection), { mode: 0o600 })
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort()
    const logFile = join(folder, `kustomize-controller-${attempt}.log`)
    const program = run(props, { kubeconfig, logFile, port })
    try {
      await untilReady(program, logFile, port)
      return {
        logFile,
        broken: program.ended.then((how) => endedBy(program, logFile, how)),
        stop: async () => {
          await program.stop()
          await rm(folder, { recursive: true })
        },
      }
    } catch (error) {
      await program.stop()
      // Somebody took the port between our choice and the bind.
      const portTaken = (await lastWords(logFile)).includes('address already in use')
      if (!portTaken || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

interface Program {
  /** Settles to how it ended, as `exit code 1` or `SIGKILL`. */
  readonly ended: Promise<string>
  /** Whether its end was asked for. */
  isStopping(): boolean
  stop(): Promise<void>
}

function run(
  props: KustomizeControllerProps,
  where: { readonly kubeconfig: string; readonly logFile: string; readonly port: number },
): Program {
  const { namespace, binary = cachedBinary(KUSTOMIZE_CONTROLLER) } = props
  const log = openSync(where.logFile, 'a')
  const child = spawn('/bin/sh', ['-c', TIED_TO_INPUT, 'sh', binary, ...args(props, where.port)], {
    stdio: ['pipe', log, log],
    // In a process group of its own, so that Ctrl-C does not end it under the tests.
    detached: true,
    env: { PATH: process.env.PATH, KUBECONFIG: where.kubeconfig, RUNTIME_NAMESPACE: namespace },
  })
  closeSync(log)
  let isStopping = false
  const ended = once(child, 'exit').then(([code, signal]) => signal ?? `exit code ${code}`)
  // The shell that waits for the end of the input ends too.
  void ended.then(() => child.stdin?.end())
  return {
    ended,
    isStopping: () => isStopping,
    stop: async () => {
      isStopping = true
      child.stdin?.end()
      await ended
    },
  }
}

async function untilReady({ ended }: Program, logFile: string, port: number): Promise<void> {
  let endedAs: string | undefined
  void ended.then((how) => {
    endedAs = how
  })
  const deadline = performance.now() + READY_WITHIN_MS
  while (!(await isReady(port))) {
    if (endedAs !== undefined) throw await failure(`ended with ${endedAs}`, logFile)
    if (performance.now() > deadline) throw await failure('was not ready in time', logFile)
    await sleep(25)
  }
}

async function endedBy(program: Program, logFile: string, how: string): Promise<Error> {
  if (program.isStopping()) return new Promise(() => {})
  return failure(`ended with ${how}`, logFile)
}

const failure = async (why: string, logFile: string): Promise<ProgramError> =>
  new ProgramError(KUSTOMIZE_CONTROLLER.name, why, logFile, await lastWords(logFile))

const lastWords = async (logFile: string): Promise<string> =>
  (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-5).join('\n')

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
    // Whoever else has the port may say nothing.
    const signal = AbortSignal.timeout(1000)
    get({ host: '127.0.0.1', port, path: '/readyz', agent: false, signal }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    }).once('error', () => resolve(false))
  })
