import { MissingRenditionError } from '../gitops/missing-rendition-error.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import type { Move } from '../rollouts/decision.ts'
import { render } from '../rollouts/render.ts'
import type { Rendition } from '../rollouts/rendition.ts'
import type { AppOnBranch } from './app-on-branch.ts'

/**
 * The synced files and the plan of an app after a move: while a rollout is in flight as `render` says,
 * at rest those of the revision that it has come to, byte for byte.
 *
 * @throws {MissingRenditionError}
 */
export function filesAfter(
  app: AppOnBranch,
  { action, record }: Move,
  environment: string,
): readonly RenderedFile[] {
  const { rollout } = record
  if (rollout !== undefined) {
    const base = renditionIn(app, rollout.base, environment)
    const candidate = renditionIn(app, rollout.candidate, environment)
    return render({ base, candidate, plan: app.plan, rollout })
  }
  const before = app.record.spec.rollout
  if (before === undefined) return app.files
  return renditionIn(app, action === 'finish' ? before.candidate : before.base, environment).files
}

/** @throws {MissingRenditionError} */
export function renditionIn(
  { app, renditions }: Pick<AppOnBranch, 'app' | 'renditions'>,
  revision: string,
  environment: string,
): Rendition {
  const found = renditions.get(revision)
  if (found === undefined) throw new MissingRenditionError(app, revision, environment)
  return found
}
