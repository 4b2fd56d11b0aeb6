import { join } from 'node:path'
import { BUNDLES, writeBundle } from '../../scripts/bundles.ts'
import { BundleProcess } from '../../test/functions/bundles/bundle-process.ts'
import { GIT_ENV } from '../../test/gitops/git.ts'
import { accessOf } from '../locks/served-locks.ts'
import { ROOT } from '../rivals.ts'
import type { CountedApiServer } from './counted-api-server.ts'

/** What the senders of webhooks prove themselves by. */
export const WEBHOOK_SECRET = 'of-the-benchmark-0123456789-abcdefghij'

/** In whose name functions commit. */
export const AUTHOR = { name: 'Bench', email: 'bench@example.com' }

/** Flagger and Argo Rollouts may ask about any environment. */
export const SENDERS: Readonly<Record<string, string>> = {
  LOCKSTEP_WEBHOOKS: JSON.stringify({
    senders: ['flagger', 'argo-rollouts'].map((kind) => ({
      kind,
      secrets: [{ variable: 'WEBHOOK_SECRET' }],
    })),
  }),
  WEBHOOK_SECRET,
}

/** The environment `prod` of a repository. */
export const targetOf = (
  repository: object,
  more: object = {},
): Readonly<Record<string, string>> => ({
  LOCKSTEP_ROLLOUTS: JSON.stringify({
    targets: [{ environment: 'prod', branch: 'deploy', repository, ...more }],
  }),
})

export const overHttp = (url: string): object => ({ kind: 'smart-http', url, author: AUTHOR })

/** A server of rollouts and webhooks in a process of its own. */
export interface ServedRollouts extends AsyncDisposable {
  readonly address: string
  readonly pid: number
}

/** `lockstep serve`, which reads a repository by the `git` command. */
export function serveByCommand(repository: string, folder: string): Promise<ServedRollouts> {
  const { PATH = '' } = process.env
  const main = join(ROOT, 'cli', 'main.ts')
  return served(
    new BundleProcess({
      program: process.execPath,
      args: [main, 'serve', '--store', join(folder, 'locks.db'), '--listen', '127.0.0.1:0'],
      env: {
        ...(GIT_ENV as Record<string, string>),
        PATH,
        ...targetOf({ kind: 'git', remote: repository }, { cluster: { kind: 'none' } }),
        ...SENDERS,
      },
      cwd: folder,
    }),
  )
}

/** As the image runs it in a cluster, where there is no `git`. */
export async function serveByBundle(
  url: string,
  folder: string,
  cluster: CountedApiServer,
): Promise<ServedRollouts> {
  const { file } = await writeBundle(BUNDLES.serveRollouts, folder)
  return served(
    new BundleProcess({
      program: process.execPath,
      args: [file],
      env: {
        ...cluster.podAccount(folder),
        ...accessOf('none'),
        ...targetOf(overHttp(url)),
        ...SENDERS,
      },
    }),
  )
}

async function served(process: BundleProcess): Promise<ServedRollouts> {
  const address = await process.untilSaid(/"address":"([^"]+)"/)
  return { address, pid: process.pid, [Symbol.asyncDispose]: () => process.kill() }
}
