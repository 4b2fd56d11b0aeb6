import type { Context, ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { answerProblem } from './answer-problem.ts'
import { CallerGoneError } from './caller-gone-error.ts'
import type { FunctionEnv } from './function-env.ts'
import type { LogSink } from './log-sink.ts'
import { type Outcome, ProblemError } from './problem-error.ts'
import { PROBLEMS } from './problem-types.ts'

export interface AnswerErrorProps {
  readonly log: LogSink
  /** What an error means that the function knows; `undefined` for those that it does not. */
  readonly explain: (error: unknown) => ProblemError | undefined
}

/** Whatever was thrown, as a problem document. What nobody expected is logged, and not told. */
export const answerError = ({ log, explain }: AnswerErrorProps): ErrorHandler<FunctionEnv> =>
  function answerError(error, c) {
    const known = callerGone(error, c) ?? knownProblem(error) ?? explain(error)
    if (known === undefined) {
      log({
        level: 'error',
        message: 'A request failed in a way that nobody expected',
        fields: { requestId: c.var.requestId, error: error.message, stack: error.stack },
      })
    }
    return answerProblem(c, known ?? internal(outcomeOf(c)))
  }

function knownProblem(error: Error): ProblemError | undefined {
  if (error instanceof ProblemError) return error
  // Thrown by the validators of Hono before they look at the schema.
  if (!(error instanceof HTTPException)) return undefined
  if (error.status === 415) {
    return new ProblemError({
      type: PROBLEMS.unsupportedMediaType,
      detail: 'The body has to be JSON, and say so. Send: Content-Type: application/json',
      retryable: false,
    })
  }
  if (error.status !== 400) return undefined
  return new ProblemError({
    type: PROBLEMS.invalidRequest,
    detail: 'The body is no JSON. Correct that; /openapi.json says how it should be',
    retryable: false,
  })
}

/** Without its caller, what fails is mostly the reading of the rest of its body. */
function callerGone(error: Error, c: Context<FunctionEnv>): ProblemError | undefined {
  const isAnswer = error instanceof ProblemError || !c.req.raw.signal.aborted
  if (isAnswer && !(error instanceof CallerGoneError)) return undefined
  const { message: detail } = new CallerGoneError()
  const type = PROBLEMS.callerGone
  return new ProblemError({ type, detail, retryable: true, outcome: outcomeOf(c), cause: error })
}

const outcomeOf = (c: Context<FunctionEnv>): Outcome =>
  c.var.mayHaveWritten() ? 'unknown' : 'none'

const internal = (outcome: Outcome): ProblemError =>
  new ProblemError({
    type: PROBLEMS.internal,
    detail: 'That is a mistake of this function. Its log has more under this requestId',
    retryable: false,
    outcome,
  })
