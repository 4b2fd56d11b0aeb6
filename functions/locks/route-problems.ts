import { problemResponses } from '../http/problem-schema.ts'

/** Who may call: whoever has a token that the function knows. */
export const SECURITY = [{ bearer: [] }]

/** The problems that a request to any route about locks can have. */
export const COMMON_PROBLEMS = problemResponses({
  400: 'Not valid: the errors say what and where',
  401: 'No token, or none that is known here',
  403: 'Not allowed, or somebody else’s',
  404: 'Not declared',
  413: 'The body is too large',
  415: 'The body is no JSON',
  429: 'The store is throttled: come again after Retry-After',
  431: 'The headers are too large',
  500: 'A mistake of the function',
  502: 'The store refused, or something else answered',
  503: 'The store, or whoever knows tokens and rights, is away: come again after Retry-After',
  504: 'No answer in time: the outcome may be unknown, and the same request finds out',
})
