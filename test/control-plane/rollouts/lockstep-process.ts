import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { GIT_ENV } from '../../gitops/git.ts'

const MAIN = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url))

/** How `lockstep` ended. */
export interface Ended {
  readonly code: number | NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `lockstep` as a process of its own, for a person that Git knows, to its end. */
export function runLockstep(folder: string, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { ...process.env, ...GIT_ENV, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code: code ?? signal, stdout, stderr }))
  })
}
