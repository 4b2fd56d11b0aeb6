import type { Context } from 'hono'
import { oneLine } from '../../rollouts/one-line.ts'
import { CallerGoneError } from '../http/caller-gone-error.ts'
import { withinDeadline } from '../http/deadline.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import type { WebhookFunctionContext } from './webhook-context.ts'
import { type GateAnswer, type GateQuestion, SinkUnavailableError } from './webhook-sink.ts'

/**
 * What the sink says of a release of somebody else. If it cannot say, that is `pending`, whatever the
 * cause: what fails here stops a release where it is, and neither lets it go on nor aborts it.
 *
 * @throws {CallerGoneError}
 */
export async function askGate(
  c: Context<FunctionEnv>,
  { sink, clock, limits, log }: WebhookFunctionContext,
  question: GateQuestion,
): Promise<GateAnswer> {
  const { namespace, app, hook } = question
  Object.assign(c.var.logged, { namespace, app, hook })
  const deadline = { clock, limitMs: limits.requestMs, signal: c.req.raw.signal }
  try {
    const answer = await withinDeadline(deadline, late, (signal) => sink.gate(question, signal))
    c.var.logged.state = answer.state
    return { ...answer, reason: oneLine(answer.reason) }
  } catch (error) {
    if (error instanceof CallerGoneError) throw error
    const isExpected = error instanceof SinkUnavailableError
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    log({
      level: isExpected ? 'warn' : 'error',
      message: 'A gate could not be asked, so it is pending',
      fields: { requestId: c.var.requestId, error: message, ...(!isExpected && { stack }) },
    })
    c.var.logged.state = 'pending'
    const why = isExpected ? oneLine(message) : 'the log of the function says why'
    return { state: 'pending', reason: `It cannot be found out now: ${why}` }
  }
}

const late = (): Error => new SinkUnavailableError('nobody answered in time')
