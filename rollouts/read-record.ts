import { recordPath } from '../manifests/layout.ts'
import { MalformedRecordError } from './malformed-record-error.ts'
import { type RolloutFile, readRolloutFile } from './read-rollout-file.ts'
import type { RolloutRecord } from './record.ts'
import { recordProblems } from './record-problems.ts'
import { RECORD_SCHEMA } from './record-schema.ts'

/**
 * Reads the record of an app as Lockstep writes it, and as people may have edited it.
 *
 * @param path of the file on the branch, `<environment>/rollouts/<namespace>/<app>/record.yaml`
 * @throws {MalformedRecordError} with everything that is wrong
 */
export const readRecord = (text: string, path: string): RolloutRecord =>
  readRolloutFile(text, path, RECORD_FILE)

const RECORD_FILE: RolloutFile<RolloutRecord> = {
  schema: RECORD_SCHEMA,
  pathOf: ({ metadata }) => recordPath(metadata.namespace, metadata.name),
  problemsOf: recordProblems,
  malformed: (path, problems, options) => new MalformedRecordError(path, problems, options),
}
