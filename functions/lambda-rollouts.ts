import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda'
import { systemClock } from '../leases/clock.ts'
import { readRemoteRollouts } from './configuration/remote-rollouts.ts'
import { connectByNode } from './connect-by-node.ts'
import type { LambdaHandlerProps } from './lambda.ts'
import { platformRollouts } from './platform-rollouts.ts'
import { jsonLines } from './serving/json-lines.ts'

/** What EventBridge sends on a schedule: of its rules, and of its Scheduler. */
export interface ScheduledEvent {
  readonly 'detail-type': 'Scheduled Event'
}

/**
 * The handler of a function of AWS Lambda that serves rollouts, behind a function URL, an API Gateway or a
 * load balancer, and looks at them whenever a schedule of EventBridge invokes it. To be made when the
 * function starts, which fails if it cannot be.
 *
 * @throws {ConfigurationError} with all that is wrong
 */
export async function rolloutsLambdaHandler({ env, write }: LambdaHandlerProps) {
  const source = { env, readFile: (path: string) => readFile(path, 'utf8') }
  const configuration = await readRemoteRollouts(source, connectByNode, systemClock)
  // An answer is sent when it is whole, so nobody is kept listening.
  const { fetch, tickAll } = platformRollouts(configuration, jsonLines(write), { holdMs: 0 })
  const app = new Hono().all('*', (c) => fetch(c.req.raw))
  const answer = handle(app)
  return async (event: LambdaEvent | ScheduledEvent, context?: LambdaContext) => {
    if (!isScheduled(event)) return answer(event, context)
    await tickAll()
    return null
  }
}

const isScheduled = (event: LambdaEvent | ScheduledEvent): event is ScheduledEvent =>
  'detail-type' in event && event['detail-type'] === 'Scheduled Event'
