import { at, number } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { objectFileName } from '../manifests/layout.ts'
import { objectName, readBranchManifest } from './branch-manifest.ts'
import { commitMessage } from './commit-message.ts'
import { readEnvironment } from './environment-on-branch.ts'
import type { GitRemote } from './git-remote.ts'
import { EMPTY_APP, INVENTORY_FILE, type Inventory, writeInventory } from './inventory.ts'
import { type RetryLostRacesProps, retryLostRaces } from './retry-lost-races.ts'

/** A workload on the deploy branch, whose manifest has a number of pods. */
export interface FixedWorkload {
  /** As `Deployment.apps shop/web`. */
  readonly object: string
  /** The app that it belongs to, `<namespace>/<app>`. */
  readonly app: string
  readonly replicas: number
}

export interface FindFixedWorkloadProps {
  readonly remote: GitRemote
  readonly branch: string
  readonly environment: string
  /** Type, namespace and name are looked at. */
  readonly workload: Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>
}

/** There is no number of pods of this workload on the branch that could be handed over. */
export class NoFixedWorkloadError extends Error {
  override readonly name = 'NoFixedWorkloadError'
  readonly code = 'NO_FIXED_WORKLOAD'
  readonly remedy: string

  constructor(object: string, environment: string, isRendered: boolean) {
    super(
      isRendered
        ? `${object} in ${environment} has no \`replicas\` in its manifest`
        : `${object} is not in ${environment} on the branch`,
    )
    this.remedy = isRendered
      ? 'There is nothing to hand over: publish'
      : 'Name a workload that was published, as deployment/<namespace>/<name>. One that is to be taken over is first published with the number of pods that it has, and --adopt'
  }
}

/**
 * @throws {NoFixedWorkloadError}
 * @throws {MalformedInventoryError}
 */
export async function findFixedWorkload(props: FindFixedWorkloadProps): Promise<FixedWorkload> {
  const { remote, branch, environment, workload } = props
  const object = objectName(workload)
  const { inventory, tree } = await readEnvironment(remote, await remote.tip(branch), environment)
  const file = objectFileName(workload)
  const candidates = [...inventory.apps].flatMap(([app, { files }]) =>
    [...files.keys()].flatMap((path) => {
      const blob = path.endsWith(`/${file}`) ? tree.get(path) : undefined
      return blob === undefined ? [] : [{ app, path, id: blob.id }]
    }),
  )
  const contents = await remote.contents(candidates.map(({ id }) => id))
  const found = candidates
    .flatMap(({ app, path, id }) =>
      readBranchManifest(path, contents.get(id) ?? '').objects.map((one) => ({ app, one })),
    )
    .find(({ one }) => objectName(one) === object)
  const replicas = number(at(found?.one, 'spec', 'replicas'))
  if (found === undefined || replicas === undefined) {
    throw new NoFixedWorkloadError(object, environment, found !== undefined)
  }
  return { object, app: found.app, replicas }
}

export interface NoteHandoverProps {
  readonly remote: GitRemote
  readonly branch: string
  readonly environment: string
  readonly workload: FixedWorkload
  /** Where the handover was done, for the record. */
  readonly clusters: readonly string[]
  readonly retry?: RetryLostRacesProps
}

/**
 * Notes on the branch that the live number of pods has a second owner, so that a publish, which sees
 * no cluster, may take `replicas` out of the manifest. The note is void when the number changes.
 *
 * @returns the commit
 * @throws {BranchMovedError} if others were faster every time
 */
export function noteHandover(props: NoteHandoverProps): Promise<string> {
  const { remote, branch, environment, workload, clusters } = props
  const { object, replicas } = workload
  return retryLostRaces(async () => {
    const parent = await remote.tip(branch)
    const { inventory } = await readEnvironment(remote, parent, environment)
    return remote.commit({
      branch,
      parent,
      isNewBranch: false,
      changes: [
        {
          path: `${environment}/${INVENTORY_FILE}`,
          write: writeInventory(withNote(inventory, workload)),
        },
      ],
      message: commitMessage(`hand over ${object} in ${environment} at ${replicas} pods`, {
        action: 'handover',
        environment,
        apps: [{ app: workload.app }],
        more: [['Object', object], ...clusters.map((name) => ['Cluster', name] as const)],
      }),
    })
  }, props.retry)
}

function withNote({ apps }: Inventory, { app, object, replicas }: FixedWorkload): Inventory {
  const before = apps.get(app) ?? EMPTY_APP
  const handovers = new Map([...before.handovers, [object, replicas]])
  return { apps: new Map([...apps, [app, { ...before, handovers }]]) }
}
