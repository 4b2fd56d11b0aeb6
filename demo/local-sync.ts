import { pause } from '../cli/pause.ts'
import type { GitRemote } from '../gitops/git-remote.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { readManifests } from '../manifests/read-yaml.ts'
import type { LocalCluster, Synced } from './local-cluster.ts'

export interface LocalSyncProps {
  readonly remote: GitRemote
  readonly branch: string
  readonly environment: string
  /** The one app that this machine runs, `<namespace>/<app>`. */
  readonly app: string
  readonly cluster: LocalCluster
  readonly signal: AbortSignal
}

const POLL_MS = 200

/**
 * Applies what the branch says of one app, as Flux and Argo CD do: by looking at the branch, workloads
 * and traffic each by itself. Runs until it is told to end.
 */
export async function syncBranch(props: LocalSyncProps): Promise<void> {
  const { remote, branch, cluster, signal } = props
  const failed = Promise.withResolvers<never>()
  let applied: string | undefined
  while (!signal.aborted) {
    const tip = await remote.tip(branch)
    if (tip !== undefined && tip !== applied) {
      const traffic = await objectsAt(props, tip, 'traffic')
      const workloads = await objectsAt(props, tip, 'workloads')
      // A rolling update takes its time, and traffic never waits behind it.
      for (const [synced, objects] of [
        ['traffic', traffic],
        ['workloads', workloads],
      ] as const) {
        cluster.apply(synced, objects).catch(failed.reject)
      }
      applied = tip
    }
    await Promise.race([pause(POLL_MS, signal), failed.promise])
  }
}

async function objectsAt(
  { remote, environment, app }: LocalSyncProps,
  commit: string,
  synced: Synced,
): Promise<readonly KubernetesObject[]> {
  const files = await remote.files(commit, `${environment}/${synced}/${app}`)
  const contents = await remote.contents([...files.values()].map(({ id }) => id))
  return [...files].flatMap(([path, { id }]) =>
    readManifests(contents.get(id) ?? '', path).flatMap(({ object }) => object ?? []),
  )
}
