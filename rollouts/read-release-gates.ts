import { z } from 'zod'
import { gatesPath } from '../manifests/layout.ts'
import { freezeWindowProblems } from './freeze-window.ts'
import { MalformedRecordError } from './malformed-record-error.ts'
import { PLAN_API_VERSION } from './plan.ts'
import { FREEZE_WINDOW, NAME } from './plan-schema.ts'
import { type RolloutFile, readRolloutFile } from './read-rollout-file.ts'
import { GATES_KIND, type ReleaseGates } from './release-gates.ts'

const GATES_FILE: RolloutFile<ReleaseGates> = {
  schema: z.strictObject({
    apiVersion: z.literal(PLAN_API_VERSION),
    kind: z.literal(GATES_KIND),
    metadata: z.strictObject({ name: NAME, namespace: NAME }),
    spec: z.strictObject({ freezeWindows: z.array(FREEZE_WINDOW) }),
  }),
  pathOf: ({ metadata }) => gatesPath(metadata.namespace, metadata.name),
  problemsOf: ({ spec }) =>
    spec.freezeWindows.flatMap((window, index) =>
      freezeWindowProblems(window, `spec.freezeWindows[${index}]`),
    ),
  malformed: (path, problems, options) => new MalformedRecordError(path, problems, options),
}

/**
 * Reads the gates of an app as publish writes them.
 *
 * @param path of the file on the branch, `<environment>/rollouts/<namespace>/<app>/gates.yaml`
 * @throws {MalformedRecordError} with everything that is wrong
 */
export const readReleaseGates = (text: string, path: string): ReleaseGates =>
  readRolloutFile(text, path, GATES_FILE)
