import { problemDocument, problemHeaders } from '../http/answer-problem.ts'
import { ProblemError, type ProblemErrorProps } from '../http/problem-error.ts'

/** A problem of the server itself, before any function has seen the request. */
export function problemResponse(props: ProblemErrorProps): Response {
  const problem = new ProblemError(props)
  return new Response(JSON.stringify(problemDocument(problem, crypto.randomUUID())), {
    status: problem.type.status,
    headers: problemHeaders(problem),
  })
}
