import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** How a running process was called; `undefined` if there is none with this id. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  return existsSync('/proc/self/cmdline') ? fromProc(pid) : fromPs(pid)
}

async function fromProc(pid: number): Promise<string | undefined> {
  try {
    // Empty for a process that has ended and whose parent has not looked yet.
    const commandLine = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
    return commandLine || undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

async function fromPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)])
    return stdout.trim()
  } catch (error) {
    // It ends with 1 and without a word if there is no such process.
    if ((error as { code?: unknown }).code === 1) return undefined
    throw error
  }
}
