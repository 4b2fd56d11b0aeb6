import { readdirSync, readFileSync } from 'node:fs'

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
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return ids.filter((id) => {
    const { state, group: its } = statusOf(id)
    return its === group && state !== 'Z' && state !== 'X'
  }).length
}

/** See proc_pid_stat(5). The name, which comes before these fields, may have spaces and brackets. */
function statusOf(id: string): { readonly state?: string | undefined; readonly group?: number } {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'latin1')
    const [state, , group] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state, group: Number(group) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // It has ended since the folder was read.
    if (code === 'ENOENT' || code === 'ESRCH') return {}
    throw error
  }
}
