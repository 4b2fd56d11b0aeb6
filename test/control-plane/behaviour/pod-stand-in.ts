import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { at, items, text } from '../../../manifests/fields.ts'
import { ElectorProcess } from '../../cli/elector-process.ts'
import { ProcessFolder } from '../../cli/process-folder.ts'
import { FaultProxy } from '../../fault-proxy.ts'
import type { Cluster } from '../cluster.ts'
import type { Connection } from '../connection.ts'
import { tokenOf } from '../service-account.ts'

export interface PodStandInProps {
  readonly cluster: Cluster
  /** Of the API server; the elector is itself there, by a token as the kubelet gets it. */
  readonly connection: Connection
  /** As the API server has it. */
  readonly pod: unknown
  /** Script of a shell in place of the app's container, `undefined` if nothing has to run there. */
  readonly work: string | undefined
  /** How long the app takes to end, if it is no script. */
  readonly drainMs: number
  /** Whether the hooks of the manifest are called before that. */
  readonly callsHooks: boolean
  readonly env: Readonly<Record<string, string>>
}

const PROBE_EVERY_MS = 100
/** As the kubelet: at once the first time, then after 10 s, 20 s, and so on. */
const backOffMs = (restarts: number): number => (restarts === 0 ? 0 : 10_000 * 2 ** (restarts - 1))

/**
 * Does for a pod of KWOK what a kubelet does: runs its elector and its work as real processes, starts
 * the work when the elector's startup probe passes, starts again what has ended, and ends the work
 * first and the elector after it when the pod is asked to end. The elector reaches the API server by
 * a wire that can be cut.
 */
export class PodStandIn {
  readonly name: string
  readonly uid: string
  readonly node: string
  readonly wire: FaultProxy
  /** How often the work was started. */
  starts = 0
  readonly #electors: ElectorProcess[] = []
  readonly #props: PodStandInProps
  readonly #folder = mkdtempSync(join(tmpdir(), 'lockstep-pod-'))
  readonly #processes = new ProcessFolder(this.#folder)
  #elector: ElectorProcess | undefined
  #work: ChildProcess | undefined
  #isEnding = false

  private constructor(props: PodStandInProps, wire: FaultProxy) {
    this.#props = props
    this.name = text(at(props.pod, 'metadata', 'name')) ?? ''
    this.uid = text(at(props.pod, 'metadata', 'uid')) ?? ''
    this.node = text(at(props.pod, 'spec', 'nodeName')) ?? ''
    this.wire = wire
  }

  static async start(props: PodStandInProps): Promise<PodStandIn> {
    const pod = new PodStandIn(props, await FaultProxy.start(props.connection.server))
    await pod.#mountAccount()
    await pod.#keepElector()
    void pod.#keepWork()
    return pod
  }

  get elector(): ElectorProcess {
    if (this.#elector === undefined) throw new Error(`${this.name} has no elector`)
    return this.#elector
  }

  /** By all of its electors, one after the other. */
  get said(): string {
    return this.#electors.map(({ stderr }) => stderr).join('')
  }

  get isWorking(): boolean {
    return this.#work !== undefined
  }

  /** As for a pod that is asked to end. */
  async end(): Promise<void> {
    if (this.#isEnding) return
    this.#isEnding = true
    if (this.#props.callsHooks) await this.#callHook()
    if (this.#props.work === undefined) await sleep(this.#props.drainMs)
    await ended(this.#work)
    await this.#elector?.stop()
    this.close()
  }

  /** As when its machine loses power. */
  lose(): void {
    this.#isEnding = true
    this.#work?.kill('SIGKILL')
    this.#elector?.child.kill('SIGKILL')
  }

  close(): void {
    this.lose()
    void this.wire.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #callHook(): Promise<void> {
    const [elector] = items(at(this.#props.pod, 'spec', 'initContainers'))
    const path = text(at(elector, 'lifecycle', 'preStop', 'httpGet', 'path'))
    if (path !== undefined) await this.elector.get(path)
  }

  async #mountAccount(): Promise<void> {
    const { cluster, connection, pod } = this.#props
    const account = text(at(pod, 'spec', 'serviceAccountName')) ?? ''
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: this.name, uid: this.uid }
    const token = await tokenOf(cluster, account, { boundObjectRef })
    writeFileSync(join(this.#folder, 'token'), token)
    writeFileSync(join(this.#folder, 'ca.crt'), connection.certificateAuthority ?? '')
  }

  get #cluster(): Record<string, string> {
    const { hostname, port } = new URL(this.wire.server)
    return {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      LOCKSTEP_SERVICE_ACCOUNT_FOLDER: this.#folder,
    }
  }

  async #keepElector(): Promise<void> {
    const [container] = items(at(this.#props.pod, 'spec', 'initContainers'))
    const [, ...args] = items(at(container, 'args')).map(String)
    const elector = await ElectorProcess.start({
      // Pods of one machine cannot all have the port of the manifest.
      args: [...args.filter((arg) => !arg.startsWith('--port=')), `--proc=${this.#processes.path}`],
      env: { ...this.#variablesOf(container), ...this.#cluster },
      cwd: this.#folder,
    })
    this.#elector = elector
    this.#electors.push(elector)
    this.#processes.add(elector.pid)
    void elector.ended.then(() => {
      this.#processes.remove(elector.pid)
      if (!this.#isEnding) void this.#keepElector()
    })
  }

  #variablesOf(container: unknown): Record<string, string> {
    return Object.fromEntries(
      items(at(container, 'env')).map((variable) => {
        const path = text(at(variable, 'valueFrom', 'fieldRef', 'fieldPath'))
        const value =
          path === undefined ? at(variable, 'value') : at(this.#props.pod, ...path.split('.'))
        return [text(at(variable, 'name')) ?? '', text(value) ?? '']
      }),
    )
  }

  async #keepWork(): Promise<void> {
    const { work, pod } = this.#props
    if (work === undefined) return
    while ((await this.elector.says('/startz')) !== 200) {
      if (this.#isEnding) return
      await sleep(PROBE_EVERY_MS)
    }
    for (; !this.#isEnding; await sleep(backOffMs(this.starts - 1))) {
      await this.#runWork(work)
      if (at(pod, 'spec', 'restartPolicy') === 'Never') return this.end()
    }
  }

  async #runWork(script: string): Promise<void> {
    const child = spawn('sh', ['-c', script], {
      env: { PATH: process.env.PATH, ...this.#props.env },
      stdio: 'ignore',
    })
    const pid = child.pid!
    this.#work = child
    this.starts += 1
    this.#processes.add(pid)
    await new Promise((resolve) => child.once('exit', resolve))
    this.#processes.remove(pid)
    this.#work = undefined
  }
}

const GRACE_MS = 3000

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const killing = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await exited
  clearTimeout(killing)
}
