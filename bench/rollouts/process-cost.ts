import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessCost {
  /** Memory that it has now. */
  readonly mebibytes: number
  /** Of the processor, since it was started, in seconds. */
  readonly cpuSeconds: number
}

/** What a process costs, as Linux knows it (proc(5)). */
export function processCost(pid: number): ProcessCost {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])
  // The name of the program comes in brackets, and may have spaces in it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const ticks = Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])
  return { mebibytes: kibibytes / 1024, cpuSeconds: ticks / TICKS_A_SECOND }
}

/** Fields 14 and 15, of which the first two stand before the bracket. */
const USER_TIME = 11
const SYSTEM_TIME = 12
const TICKS_A_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
