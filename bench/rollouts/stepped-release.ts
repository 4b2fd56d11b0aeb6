import { dirname } from 'node:path'
import { GitCommandRemote } from '../../gitops/git-command-remote.ts'
import type { GitRemote } from '../../gitops/git-remote.ts'
import type { Place } from '../../reconciler/commit-moves.ts'
import { tick } from '../../reconciler/tick.ts'
import { GIT_ENV } from '../../test/gitops/git.ts'
import type { ImaginedCluster } from '../../test/reconciler/imagined-cluster.ts'
import { releaseOn } from '../../test/reconciler/release-fixture.ts'

/** Longer than any hold, so that each look has something to do. */
const BETWEEN_LOOKS_MS = 60_000

/** A release, one commit after the other, by whoever has a remote. */
export class SteppedRelease implements AsyncDisposable {
  readonly #place: Place
  readonly #cluster: ImaginedCluster
  readonly #own: GitCommandRemote

  private constructor(place: Place, cluster: ImaginedCluster, own: GitCommandRemote) {
    this.#place = place
    this.#cluster = cluster
    this.#own = own
  }

  /** Puts a candidate on a branch; the cluster follows it in a way of its own. */
  static async begin(repository: string, remote: GitRemote): Promise<SteppedRelease> {
    const cwd = dirname(repository)
    const own = await GitCommandRemote.open({ remote: repository, cwd, env: GIT_ENV })
    const { place, cluster } = await releaseOn(own)
    cluster.lookMs = BETWEEN_LOOKS_MS
    return new SteppedRelease({ ...place, remote }, cluster, own)
  }

  /** How long the next tick took that made a commit, in milliseconds; `undefined` once all is over. */
  async step(): Promise<number | undefined> {
    const cluster = this.#cluster
    for (;;) {
      await cluster.sync()
      const began = performance.now()
      const { looks, broken, commits } = await tick({
        place: this.#place,
        live: cluster,
        now: () => cluster.nowMs,
      })
      const ms = performance.now() - began
      if (broken[0] !== undefined) throw new Error(broken[0].problem)
      if (commits.length > 0) return ms
      if (looks.length === 0) return undefined
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#own.close()
  }
}
