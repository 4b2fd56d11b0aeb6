import { processIds, processStatus } from './process-status.ts'

/** A command and all that it has started, but for what went into a group of its own. */
export class ProcessGroup {
  readonly #id: number

  /** @param id of its first process */
  constructor(id: number) {
    this.#id = id
  }

  /** To all of them. Nothing happens if there is nobody left. */
  send(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-this.#id, signal)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // macOS says EPERM of a group of which only dead processes are left.
      if (code === 'ESRCH' || code === 'EPERM') return false
      throw error
    }
  }

  /**
   * Whether none of them runs any more. The dead do not count: they stay until their parent asks for
   * them, and the first process of a container, which inherits orphans, may never do that.
   */
  get isGone(): boolean {
    return !this.send(0) || runningIn(this.#id) === 0
  }
}

/** @returns `undefined` where nobody can tell the running from the dead */
function runningIn(group: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  return processIds().filter((id) => {
    const status = processStatus(id)
    return status?.group === group && status.isAlive
  }).length
}
