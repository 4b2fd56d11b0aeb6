import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What a pod whose containers share their processes shows as `/proc`: its pause, and links to what
 * the kernel shows of the real processes that are added.
 */
export class ProcessFolder {
  readonly path: string

  constructor(parent: string, first = 'pause') {
    this.path = join(parent, 'proc')
    mkdirSync(join(this.path, '1'), { recursive: true })
    writeFileSync(join(this.path, '1', 'stat'), `1 (${first}) S 0 1 1 0 -1 4194560`)
  }

  add(pid: number): void {
    symlinkSync(`/proc/${pid}`, join(this.path, String(pid)))
  }

  /** To be called when it has ended: its number may be given to a process of somebody else. */
  remove(pid: number): void {
    rmSync(join(this.path, String(pid)), { force: true })
  }
}
