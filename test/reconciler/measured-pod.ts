import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { eventually } from '../control-plane/eventually.ts'
import type { ScrapeTarget } from './prometheus-server.ts'

const SERVICE = fileURLToPath(new URL('./measured-service.ts', import.meta.url))

export interface MeasuredPodProps {
  readonly port: number
  /** Name of the pod. */
  readonly name: string
  /** One in so many answers fails. @default - none does */
  readonly failing?: number
  /** One in so many answers takes 300 ms. @default - none does */
  readonly slow?: number
}

/** A pod of namespace `shop`, as a process of this machine that always has the same port. */
export class MeasuredPod implements AsyncDisposable {
  readonly target: ScrapeTarget
  readonly #props: MeasuredPodProps
  #child: ChildProcess

  private constructor(props: MeasuredPodProps, child: ChildProcess) {
    this.target = { port: props.port, labels: { namespace: 'shop', pod: props.name } }
    this.#props = props
    this.#child = child
  }

  static async start(props: MeasuredPodProps): Promise<MeasuredPod> {
    return new MeasuredPod(props, await startService(props))
  }

  /** As the kubelet does after a crash: a new process, whose counters begin at zero. */
  async restart(): Promise<void> {
    await this.#end()
    this.#child = await startService(this.#props)
  }

  /** Requests to it, a few at a time, until they are told to stop. Gives how many it has answered. */
  async serve(signal: AbortSignal): Promise<number> {
    let answered = 0
    const client = async () => {
      while (!signal.aborted) if (await isAnswering(this.target.port)) answered += 1
    }
    await Promise.all([client(), client(), client()])
    return answered
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end()
  }

  async #end(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}

async function startService({
  port,
  failing = 0,
  slow = 0,
}: MeasuredPodProps): Promise<ChildProcess> {
  const args = [SERVICE, ...[port, failing, slow].map(String)]
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  await eventually('the service answers', () => isAnswering(port, '/metrics'), Boolean)
  return child
}

const isAnswering = (port: number, path = '/'): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}${path}`).then(
    async (response) => {
      await response.arrayBuffer()
      return true
    },
    () => false,
  )
