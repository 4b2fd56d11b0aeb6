import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const PROC = '/proc'

export interface ProcessStatus {
  /** Of its program, 15 characters at most. */
  readonly name: string
  readonly group: number
  /** The dead stay in the list until their parent asks for them. */
  readonly isAlive: boolean
}

/** All processes that can be seen from here. */
export const processIds = (folder = PROC): readonly number[] =>
  readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

/**
 * See proc_pid_stat(5). The name may have spaces and brackets.
 *
 * @returns `undefined` if it has ended since it was seen
 */
export function processStatus(id: number, folder = PROC): ProcessStatus | undefined {
  try {
    const text = readFileSync(join(folder, String(id), 'stat'), 'latin1')
    const nameEnds = text.lastIndexOf(')')
    const [state, , group] = text.slice(nameEnds + 2).split(' ')
    return {
      name: text.slice(text.indexOf('(') + 1, nameEnds),
      group: Number(group),
      isAlive: state !== 'Z' && state !== 'X',
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
