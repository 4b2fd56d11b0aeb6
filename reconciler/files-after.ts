import type { RenderedFile } from '../manifests/rendering.ts'
import type { Move } from '../rollouts/decision.ts'
import { render } from '../rollouts/render.ts'
import type { Rendition } from '../rollouts/rendition.ts'
import type { AppOnBranch } from './app-on-branch.ts'

/** What is needed to render an app is not on the branch. */
export class MissingRenditionError extends Error {
  override readonly name = 'MissingRenditionError'
  readonly code = 'MISSING_RENDITION'
  readonly remedy =
    'Revert the commit that removed it, or publish the app with `--direct` to leave the rollout'

  constructor(app: string, revision: string) {
    super(`The branch no longer has revision ${revision} of ${app}, which its rollout needs`)
  }
}

/**
 * The synced files and the plan of an app after a move: while a rollout is in flight as `render` says,
 * at rest those of the revision that it has come to, byte for byte.
 *
 * @throws {MissingRenditionError}
 */
export function filesAfter(app: AppOnBranch, { action, record }: Move): readonly RenderedFile[] {
  const { rollout } = record
  if (rollout !== undefined) {
    const base = renditionIn(app, rollout.base)
    const candidate = renditionIn(app, rollout.candidate)
    return render({ base, candidate, plan: app.plan, rollout })
  }
  const before = app.record.spec.rollout
  if (before === undefined) return app.files
  return renditionIn(app, action === 'finish' ? before.candidate : before.base).files
}

/** @throws {MissingRenditionError} */
export function renditionIn(
  { app, renditions }: Pick<AppOnBranch, 'app' | 'renditions'>,
  revision: string,
): Rendition {
  const found = renditions.get(revision)
  if (found === undefined) throw new MissingRenditionError(app, revision)
  return found
}
