import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { GIT_ENV, git, workingRepository } from '../../test/gitops/git.ts'

/** Pushes of one small commit each, by the `git` command. */
export class PlainPushes {
  readonly #clone: string
  readonly #remote: string
  #commits = 0

  private constructor(clone: string, remote: string) {
    this.#clone = clone
    this.#remote = remote
  }

  /** @param clone folder that is made for it */
  static async to(remote: string, clone: string): Promise<PlainPushes> {
    workingRepository(clone, { 'weight.yaml': 'weight: 0\n' })
    const pushes = new PlainPushes(clone, remote)
    await pushes.push()
    return pushes
  }

  /** How long one took, in milliseconds, without the commit. */
  async push(): Promise<number> {
    this.#commits += 1
    writeFileSync(join(this.#clone, 'weight.yaml'), `weight: ${this.#commits}\n`)
    git(this.#clone, 'commit', '--quiet', '--all', '--message', `weight ${this.#commits}`)
    const began = performance.now()
    // Not synchronous: the server may be in this process.
    await promisify(execFile)('git', ['push', '--quiet', this.#remote, 'HEAD:deploy'], {
      cwd: this.#clone,
      env: GIT_ENV,
    })
    return performance.now() - began
  }
}
