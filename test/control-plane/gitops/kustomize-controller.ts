import { rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cachedBinary } from '../binary-cache.ts'
import type { Connection } from '../connection.ts'
import { freePort } from '../free-port.ts'
import { writeKubeconfig } from '../kubeconfig.ts'
import { KUSTOMIZE_CONTROLLER } from '../programs.ts'
import { newRunFolder } from '../run-folder.ts'
import { TiedProgram } from './tied-program.ts'

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
 * The real one, as it runs in a cluster, for one namespace. Its kinds must be served already.
 *
 * @throws {ProgramError}
 */
export async function startKustomizeController(
  props: KustomizeControllerProps,
): Promise<KustomizeController> {
  const { connection, namespace, choosePort = freePort } = props
  const folder = await newRunFolder()
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, writeKubeconfig(connection), { mode: 0o600 })
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort()
    const logFile = join(folder, `kustomize-controller-${attempt}.log`)
    const program = new TiedProgram({
      name: KUSTOMIZE_CONTROLLER.name,
      binary: props.binary ?? cachedBinary(KUSTOMIZE_CONTROLLER),
      args: args(props, port),
      env: { PATH: process.env.PATH, KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: namespace },
      logFile,
    })
    try {
      await untilReady(program, port)
    } catch (error) {
      await program.stop()
      // Somebody took the port between our choice and the bind.
      const portTaken = (await program.lastWords()).includes('address already in use')
      if (portTaken && attempt < PORT_ATTEMPTS) continue
      throw error
    }
    const stop = async () => {
      await program.stop()
      await rm(folder, { recursive: true })
    }
    return { logFile, broken: program.broken(), stop }
  }
}

async function untilReady(program: TiedProgram, port: number): Promise<void> {
  let endedAs: string | undefined
  void program.ended.then((how) => {
    endedAs = how
  })
  const deadline = performance.now() + READY_WITHIN_MS
  while (!(await isReady(port))) {
    if (endedAs !== undefined) throw await program.failure(`ended with ${endedAs}`)
    if (performance.now() > deadline) throw await program.failure('was not ready in time')
    await sleep(25)
  }
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
    // Whoever else has the port may say nothing.
    const signal = AbortSignal.timeout(1000)
    get({ host: '127.0.0.1', port, path: '/readyz', agent: false, signal }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    }).once('error', () => resolve(false))
  })
