import type { EnvironmentOnBranch } from '../gitops/environment-on-branch.ts'
import { lastWritten } from '../gitops/file-history.ts'
import { pastContents } from '../gitops/past-contents.ts'
import { revisionPath } from '../manifests/layout.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import { MalformedRecordError } from '../rollouts/malformed-record-error.ts'
import { neededRevisions } from '../rollouts/needed-revisions.ts'
import type { RecordSpec } from '../rollouts/record.ts'
import { readRendition } from '../rollouts/rendition-file.ts'
import type { Place } from './commit-moves.ts'
import { UntoldRolloutError } from './untold-rollout-error.ts'

export interface LostRenditionsProps {
  readonly place: Place
  /** The newest commit to look at. */
  readonly commit: string
  readonly onBranch: Pick<EnvironmentOnBranch, 'inventory'>
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly record: RecordSpec
}

/**
 * Renditions that a record needs and that cannot be read any more as Lockstep has written them, as they
 * were written last.
 *
 * @throws {UntoldRolloutError} if the log has none of one
 */
export async function lostRenditions({
  place: { remote, environment },
  commit,
  onBranch,
  app,
  record,
}: LostRenditionsProps): Promise<readonly RenderedFile[]> {
  const [namespace = '', name = ''] = app.split('/')
  const listed = onBranch.inventory.apps.get(app)?.files ?? new Map<string, string>()
  const files: RenderedFile[] = []
  for (const revision of neededRevisions(record)) {
    const path = revisionPath(namespace, name, revision)
    const onBranchPath = `${environment}/${path}`
    const id = listed.get(path)
    const present = id === undefined ? undefined : (await pastContents(remote, [id])).get(id)
    if (isReadable(present, onBranchPath)) continue
    const text = await lastWritten({ remote, commit, path: onBranchPath })
    if (text === undefined || !isReadable(text, onBranchPath)) {
      throw new UntoldRolloutError(onBranchPath, `No commit of ours still has ${onBranchPath}`)
    }
    files.push({ path, text, app })
  }
  return files
}

function isReadable(text: string | undefined, path: string): boolean {
  if (text === undefined) return false
  try {
    readRendition(text, path)
    return true
  } catch (error) {
    if (error instanceof MalformedRecordError) return false
    throw error
  }
}
