import { join } from 'node:path'
import { Environment, fixed, HighlyAvailableDeployment, Namespace } from '../../constructs/index.ts'
import { GitCommandRemote } from '../../gitops/git-command-remote.ts'
import { publish } from '../../gitops/publish.ts'
import { minimal } from '../../test/constructs/fixtures.ts'
import type { Cluster } from '../../test/control-plane/cluster.ts'
import { type Flux, gitRepository } from '../../test/control-plane/gitops/flux.ts'
import { syncedEnvironment } from '../../test/control-plane/gitops/synced-apps.ts'
import { SourceControllerStandIn } from '../../test/control-plane/source-controller-stand-in.ts'
import { bareRepository, GIT_ENV } from '../../test/gitops/git.ts'

/** Where the other apps of a cluster come from: the source that releases are pushed to, or another. */
export const OTHER_SOURCES = ['same', 'own'] as const
export type OtherSource = (typeof OTHER_SOURCES)[number]

export interface OtherAppsProps {
  readonly cluster: Cluster
  readonly flux: Flux
  readonly folder: string
  /** How many namespaces with one app each; every one of them has two Kustomizations. */
  readonly namespaces: number
  readonly source: OtherSource
}

export interface OtherApps {
  /** All of them, on their branch. */
  readonly commit: string
  /** Names of the Kustomizations. */
  readonly kustomizations: readonly string[]
  readonly stop: () => Promise<void>
}

const BRANCH = 'deploy'

/** Apps that nobody releases, in sync as all others are. */
export async function addOtherApps(props: OtherAppsProps): Promise<OtherApps> {
  const { cluster, flux, folder, namespaces, source } = props
  const names = Array.from({ length: namespaces }, (_, index) => `${flux.namespace}-${index}`)
  for (const name of names) await cluster.namespace(name)
  const own = source === 'own' ? await ownSource(props) : undefined
  const { rendering, kustomizations } = syncedEnvironment(
    { namespace: flux.namespace, source: own?.source ?? flux.source },
    (root) => {
      const others = new Environment(root, 'others', { owner: 'platform-team', images: {} })
      for (const name of names) {
        const namespace = new Namespace(others, name, { existing: true })
        new HighlyAvailableDeployment(namespace, 'web', { ...minimal, replicas: fixed(2) })
      }
      return others
    },
  )
  const remote = await GitCommandRemote.open({
    remote: own?.repository ?? flux.repository,
    cwd: folder,
    env: GIT_ENV,
    scratchFolder: join(folder, 'others'),
  })
  await publish({ remote, branch: BRANCH, rendering })
  const commit = (await remote.tip(BRANCH)) ?? ''
  await remote.close()
  await cluster.apply(kustomizations)
  return {
    commit,
    kustomizations: kustomizations.map(({ metadata }) => metadata.name),
    stop: async () => own?.standIn.stop(),
  }
}

async function ownSource({ cluster, flux: { namespace }, folder }: OtherAppsProps) {
  const name = 'others'
  const repository = bareRepository(join(folder, `${name}.git`))
  await cluster.apply([gitRepository(namespace, name, repository)])
  const standIn = await SourceControllerStandIn.start({
    repository,
    branch: BRANCH,
    source: { namespace, name },
    send: (request) => cluster.send(request),
  })
  return { repository, standIn, source: { name } }
}
