import type { RenderedFile } from '../manifests/rendering.ts'
import type { RolloutPlan } from './plan.ts'
import { revisionOf } from './revision.ts'
import { findTrack } from './track-objects.ts'

/**
 * The revision that files of an app stand for: that of its stable Deployment; `undefined` if it is not
 * among them.
 *
 * @param files at rest, as published
 */
export function stableRevision(
  { spec }: Pick<RolloutPlan, 'spec'>,
  files: readonly RenderedFile[],
): string | undefined {
  const objects = files.flatMap(({ object }) => object ?? [])
  const { deployment } = findTrack(objects, spec.tracks.stable.deployment)
  return deployment && revisionOf(deployment, objects)
}
