import { problemResponses } from '../http/problem-schema.ts'

/** Who may call: whoever has a token that the function knows. */
export const SECURITY = [{ bearer: [] }]

/** The problems that a request to any route about rollouts can have. */
export const COMMON_PROBLEMS = problemResponses({
  400: 'Not valid, or no environment named where there are several: the errors say what and where',
  401: 'No token, or none that is known here',
  403: 'Not allowed',
  404: 'No such environment, or no rollout of that app in it',
  413: 'The body is too large',
  415: 'The body is no JSON',
  429: 'The repository is throttled: come again after Retry-After',
  431: 'The headers are too large',
  500: 'A mistake of the function',
  502: 'The repository refused, or does not have what it should',
  503: 'The repository, or whoever knows tokens and rights, is away, or others were faster: come again after Retry-After',
  504: 'No answer in time: the outcome may be unknown, and the same request finds out',
})
