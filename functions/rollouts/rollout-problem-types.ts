import type { ProblemType } from '../http/problem-error.ts'

/** Problems with rollouts. */
export const ROLLOUT_PROBLEMS = {
  environmentRequired: {
    code: 'ENVIRONMENT_REQUIRED',
    status: 400,
    title: 'There are several environments, and none was named',
  },
  unknownEnvironment: {
    code: 'UNKNOWN_ENVIRONMENT',
    status: 404,
    title: 'There is no such environment here',
  },
  unknownRollout: {
    code: 'UNKNOWN_ROLLOUT',
    status: 404,
    title: 'The app has had no rollout',
  },
  refused: {
    code: 'ROLLOUT_REQUEST_REFUSED',
    status: 409,
    title: 'That cannot be done with the rollout as it is now',
  },
  movedOn: {
    code: 'ROLLOUT_MOVED_ON',
    status: 409,
    title: 'The rollout is no longer where the caller has seen it',
  },
  broken: {
    code: 'BROKEN_ROLLOUT',
    status: 409,
    title: 'The files of the rollout say nothing that can be relied on',
  },
  throttled: {
    code: 'REPOSITORY_THROTTLED',
    status: 429,
    title: 'The repository wants to be left alone',
  },
  repositoryRefused: {
    code: 'REPOSITORY_REFUSED',
    status: 502,
    title: 'The repository said no',
  },
  repositoryUnusable: {
    code: 'REPOSITORY_UNUSABLE',
    status: 502,
    title: 'The repository does not have what it should',
  },
  repositoryUnreachable: {
    code: 'REPOSITORY_UNREACHABLE',
    status: 503,
    title: 'The repository cannot be reached',
  },
  branchBusy: {
    code: 'BRANCH_BUSY',
    status: 503,
    title: 'Others were faster to write to the branch, every time',
  },
  tooManyListeners: {
    code: 'TOO_MANY_LISTENERS',
    status: 503,
    title: 'As many listen as may',
  },
  unknownOutcome: {
    code: 'COMMIT_OUTCOME_UNKNOWN',
    status: 504,
    title: 'The commit may have arrived: the answer was lost',
  },
} as const satisfies Readonly<Record<string, ProblemType>>
