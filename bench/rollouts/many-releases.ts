import { readEnvironment } from '../../gitops/environment-on-branch.ts'
import type { GitRemote } from '../../gitops/git-remote.ts'
import { publish } from '../../gitops/publish.ts'
import { rolloutChanges } from '../../gitops/rollout-changes.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { Place } from '../../reconciler/commit-moves.ts'
import { readPlan } from '../../rollouts/read-plan.ts'
import type { RecordSpec } from '../../rollouts/record.ts'
import { recordOf } from '../../rollouts/record-file.ts'
import type { Rendition } from '../../rollouts/rendition.ts'
import { stableRevision } from '../../rollouts/stable-revision.ts'
import { attached, briefPlan } from '../../test/reconciler/release-fixture.ts'
import { renditionOf } from '../../test/rollouts/renditions.ts'

/** Apps on a branch, each of which has a candidate that waits for its start. */
export const queueMany = (remote: GitRemote, count: number): Promise<Place> =>
  putMany(remote, count, (revision) => ({
    count: 0,
    queued: { revision },
    heldBack: [],
    former: [],
  }))

/** Apps on a branch at rest, each of which has been released once and can go back. */
export const restMany = (remote: GitRemote, count: number): Promise<Place> =>
  putMany(remote, count, (revision) => ({ count: 1, heldBack: [], former: [revision] }))

/** @param specOf what is recorded of an app beside whose files another revision is kept */
async function putMany(
  remote: GitRemote,
  count: number,
  specOf: (revision: string) => RecordSpec,
): Promise<Place> {
  const place: Place = { remote, branch: 'deploy', environment: 'prod' }
  const { branch, environment } = place
  const image = 'registry.example.com/shop/checkout'
  const names = Array.from({ length: count }, (_, index) => `app-${index}`)
  const base = renditionOf(`${image}:1.4`, briefPlan, attached)
  const files = names.flatMap((name) => named(base, name).files)
  await publish({ remote, branch, rendering: { environment, files } })
  const other = renditionOf(`${image}:1.5`, briefPlan, attached)
  const parent = await remote.tip(branch)
  const onBranch = await readEnvironment(remote, parent, environment)
  const changes = await rolloutChanges({
    remote,
    environment,
    onBranch,
    apps: names.map((name) => {
      const renditions = [named(other, name)] as const
      const app = `shop/${name}`
      return {
        app,
        record: recordOf(app, specOf(renditions[0].revision)),
        files: named(base, name).files,
        renditions,
        kept: new Set<string>(),
      }
    }),
  })
  const message = 'records of all\n\nLockstep-Action: publish\n'
  await remote.commit({ branch, parent, isNewBranch: false, changes, message })
  return place
}

/** The same app under another name. */
function named({ files }: Rendition, name: string): Rendition {
  const rename = (text: string): string => text.replaceAll('checkout', name)
  const renamed = files.map(({ path, text, app, object }) => ({
    path: rename(path),
    text: rename(text),
    app: rename(app),
    ...(object !== undefined && {
      object: JSON.parse(rename(JSON.stringify(object))) as KubernetesObject,
    }),
  }))
  const plan = renamed.find(({ path }) => path.endsWith('/plan.yaml'))
  const revision = stableRevision(readPlan(plan?.text ?? '', plan?.path ?? ''), renamed)
  return { revision: revision ?? '', files: renamed }
}
