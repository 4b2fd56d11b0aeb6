import { processIds, processStatus } from './process-status.ts'

/** First process of a pod whose containers share their processes, whatever runs in them. */
const PAUSE = { id: 1, name: 'pause' } as const

/** The elector sees other processes than those of its pod, and must not end them. */
export class ProcessesNotSharedError extends Error {
  override readonly name = 'ProcessesNotSharedError'
  readonly code = 'PROCESSES_NOT_SHARED'
  readonly remedy =
    'Run it as the sidecar that SingletonService and SingletonJob make, in a pod with `shareProcessNamespace: true`'

  constructor(first: string) {
    super(
      `The first process here is '${first}' and not the '${PAUSE.name}' of a pod. An elector that supervises work ends all processes that it sees while it does not lead; nothing was ended`,
    )
  }
}

/** A process of the pod runs as another user, so the elector cannot end it. */
export class ForeignProcessError extends Error {
  override readonly name = 'ForeignProcessError'
  readonly code = 'FOREIGN_PROCESS'
  readonly remedy = 'Let all containers of the pod run as the same user: `runAsUser`'

  constructor(id: number, cause: unknown) {
    super(`Process ${id} of the pod runs as another user than its elector, which cannot end it`, {
      cause,
    })
  }
}

/** What runs in the other containers of this pod, which share their processes with this one. */
export class PodProcesses {
  readonly #folder: string
  readonly #own: number

  /**
   * @param folder where the kernel shows processes
   * @throws {ProcessesNotSharedError}
   */
  constructor(folder = '/proc', own = process.pid) {
    this.#folder = folder
    this.#own = own
    const first = processStatus(PAUSE.id, folder)?.name
    if (first !== PAUSE.name) throw new ProcessesNotSharedError(first ?? 'unknown')
  }

  /** Ids of all that live, but for this process and the pod's first. */
  get running(): readonly number[] {
    return processIds(this.#folder).filter(
      (id) =>
        id !== PAUSE.id && id !== this.#own && processStatus(id, this.#folder)?.isAlive === true,
    )
  }

  /**
   * Sends a signal to all of them.
   *
   * @returns why it cannot reach one of them
   */
  send(signal: NodeJS.Signals): ForeignProcessError | undefined {
    let unreached: ForeignProcessError | undefined
    for (const id of this.running) {
      try {
        process.kill(id, signal)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EPERM') unreached = new ForeignProcessError(id, error)
        else if (code !== 'ESRCH') throw error
      }
    }
    return unreached
  }
}
