import type { RenderedFile } from '../manifests/rendering.ts'
import type { RecordSpec } from '../rollouts/record.ts'
import { recordFile, recordOf } from '../rollouts/record-file.ts'
import type { ReleasedApp } from './released-app.ts'

/** What a merge does about the record: a new text where it says something else, the old one where not. */
export function recordChange(
  { app, recordPath, onBranch }: ReleasedApp,
  before: RecordSpec,
  after: RecordSpec,
): { readonly files: readonly RenderedFile[]; readonly kept: readonly string[] } {
  if (after !== before) return { files: [recordFile(recordOf(app, after))], kept: [] }
  return { files: [], kept: onBranch.paths.includes(recordPath) ? [recordPath] : [] }
}
