import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GitCommandRemote } from '../../gitops/git-command-remote.ts'
import { tick } from '../../reconciler/tick.ts'
import { ImaginedCluster } from '../../test/reconciler/imagined-cluster.ts'
import { queueMany } from './many-releases.ts'

/**
 * Takes many releases through their first steps in a bare repository and prints, as JSON, how long
 * each tick took, and the most memory that this process had. The cluster is one in memory, so what is
 * measured is the tick: reading the branch, deciding, rendering, one commit.
 */
const count = Number(process.argv[2])
const folder = mkdtempSync(join(tmpdir(), 'lockstep-bench-'))
try {
  const repository = join(folder, 'deploy.git')
  execFileSync('git', ['init', '--quiet', '--bare', repository])
  const remote = await GitCommandRemote.open({ remote: repository, cwd: folder, env: process.env })
  try {
    const place = await queueMany(remote, count)
    const cluster = new ImaginedCluster(place)
    const ticks: { seconds: number; commits: number; moves: number }[] = []
    for (let look = 0; look < 4; look++) {
      await cluster.sync()
      const began = performance.now()
      const { commits } = await tick({ place, live: cluster, now: () => cluster.nowMs })
      ticks.push({
        seconds: (performance.now() - began) / 1000,
        commits: commits.length,
        moves: commits.flatMap(({ moves }) => moves).length,
      })
    }
    console.log(JSON.stringify({ ticks, mebibytes: process.resourceUsage().maxRSS / 1024 }))
  } finally {
    await remote.close()
  }
} finally {
  rmSync(folder, { recursive: true })
}
