import type { ProblemType } from '../http/problem-error.ts'

/** Problems with webhooks. */
export const WEBHOOK_PROBLEMS = {
  sinkUnavailable: {
    code: 'SINK_UNAVAILABLE',
    status: 503,
    title: 'What webhooks lead to cannot take them now',
  },
} as const satisfies Readonly<Record<string, ProblemType>>
