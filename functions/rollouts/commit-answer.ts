import type { z } from '@hono/zod-openapi'
import type { LoggedCommit } from '../../gitops/git-remote.ts'
import { readTrailers } from '../../gitops/read-trailers.ts'
import type { commitSchema } from './commit-answer-schema.ts'
import { appNameOf } from './rollout-answer.ts'

export type CommitAnswer = z.infer<typeof commitSchema>

/** @param isMeant which apps of the commit are wanted */
export function commitAnswer(
  { id, message, author, committedAtMs }: LoggedCommit,
  isMeant: (app: string) => boolean,
): CommitAnswer {
  const [subject = ''] = message.split('\n', 1)
  return {
    commit: id,
    at: new Date(committedAtMs).toISOString(),
    author: author.name,
    subject,
    changes: readTrailers(message)
      .apps.filter(({ app }) => isMeant(app))
      .map(({ app, action, rollout, step, stage, weight, revision, evidence = [], actor }) => ({
        ...appNameOf(app),
        ...(action !== undefined && { action }),
        ...(rollout !== undefined && { rollout }),
        ...(step !== undefined && { step }),
        ...(stage !== undefined && { stage }),
        ...(weight !== undefined && { weight }),
        ...(revision !== undefined && { revision }),
        evidence: [...evidence],
        ...(actor !== undefined && { actor }),
      })),
  }
}
