import type { Hono } from 'hono'
import { systemClock } from '../../leases/clock.ts'
import { authenticate } from '../http/authenticate.ts'
import { functionApp } from '../http/function-app.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { invalidRequest } from '../http/invalid-request.ts'
import { addOperations } from '../http/operations.ts'
import { addApproveRollout } from './approve-rollout.ts'
import { addAskRollout } from './ask-rollout.ts'
import { explainError } from './explain-error.ts'
import { addListRollouts } from './list-rollouts.ts'
import type { RolloutFunctionContext } from './rollout-call.ts'
import {
  ROLLOUT_LIMITS,
  type RolloutFunctionProps,
  STREAM_LIMITS,
} from './rollout-function-props.ts'
import { addShowRollout } from './show-rollout.ts'
import { addStreamEvents } from './stream-events.ts'
import { addTickRollouts } from './tick-rollouts.ts'

const ROUTES = [
  addListRollouts,
  addShowRollout,
  addAskRollout,
  addApproveRollout,
  addTickRollouts,
  addStreamEvents,
]

const INFO = {
  title: 'Lockstep rollouts',
  version: '1',
  description:
    'Rollouts of the apps of deploy branches. All that there is to know of them is on the branch, and ' +
    'all that is done to them is a commit.',
}

/**
 * Rollouts over HTTP, by web standards alone. No instance remembers anything between two requests that
 * matters, so there may be any number of them: what they share is the branch.
 *
 * All under `/v1`, and `/events`, is for those that the authenticator knows and the authorizer lets.
 * `/healthz`, `/readyz`, `/openapi.json` and, with `metrics`, `/metrics` are open to all who reach it.
 */
export function rolloutFunction(props: RolloutFunctionProps): Hono<FunctionEnv> {
  const { authenticator, metrics, log } = props
  const context = contextOf(props)
  const { limits, clock } = context
  const app = functionApp({
    log,
    metrics,
    clock,
    limits,
    explain: explainError,
    refuse: invalidRequest,
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
  })
  const known = authenticate({ authenticator, clock, limitMs: limits.requestMs })
  app.use('/v1/*', known)
  app.use('/events', known)
  for (const add of ROUTES) add(app, context)
  // A repository that is away is no reason to be sent no requests: they say so themselves.
  const becomeReady = async () => {}
  addOperations(app, { info: INFO, metrics, becomeReady, clock, limitMs: limits.requestMs })
  return app
}

const contextOf = (props: RolloutFunctionProps): RolloutFunctionContext => ({
  targets: props.targets,
  authorizer: props.authorizer,
  metrics: props.metrics,
  limits: { ...ROLLOUT_LIMITS, ...props.limits },
  streams: { ...STREAM_LIMITS, ...props.streams },
  stopping: props.stopping,
  clock: props.clock ?? systemClock,
})
