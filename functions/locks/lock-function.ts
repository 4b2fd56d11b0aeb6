import type { Hono } from 'hono'
import { systemClock } from '../../leases/clock.ts'
import { Seal } from '../../leases/seal.ts'
import { authenticate } from '../http/authenticate.ts'
import { functionApp } from '../http/function-app.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { DEFAULT_LIMITS } from '../http/limits.ts'
import { addOperations } from '../http/operations.ts'
import { addAcquireHold } from './acquire-hold.ts'
import { addBeginRun } from './begin-run.ts'
import { addBreakHold } from './break-hold.ts'
import { addEndRun } from './end-run.ts'
import { explainError } from './explain-error.ts'
import { addListLocks } from './list-locks.ts'
import type { LockFunctionContext } from './lock-call.ts'
import type { LockFunctionProps } from './lock-function-props.ts'
import { refuseRequest } from './refuse-request.ts'
import { addReleaseHold } from './release-hold.ts'
import { addRenewHold } from './renew-hold.ts'
import { addShowLock } from './show-lock.ts'

const ROUTES = [
  addAcquireHold,
  addRenewHold,
  addReleaseHold,
  addBreakHold,
  addShowLock,
  addListLocks,
  addBeginRun,
  addEndRun,
]

const INFO = {
  title: 'Lockstep locks',
  version: '1',
  description:
    'Locks whose holders have fencing tokens, and runs that are done once. A lock does not stop ' +
    'anybody: what it protects has to refuse tokens smaller than one that it has seen.',
}

/**
 * Locks over HTTP, by web standards alone: it runs wherever there is `fetch`. No instance remembers
 * anything between two requests, so there may be any number of them; what they share is the store and
 * the keys.
 *
 * All under `/v1` is for those that the authenticator knows and the authorizer lets. `/healthz`,
 * `/readyz`, `/openapi.json` and, with `metrics`, `/metrics` are open to all who reach it.
 *
 * @throws {WeakKeyError}
 */
export function lockFunction(props: LockFunctionProps): Hono<FunctionEnv> {
  const { store, authenticator, metrics, log } = props
  const context = contextOf(props)
  const { limits, clock } = context
  const app = functionApp({
    log,
    metrics,
    clock,
    limits,
    explain: explainError,
    refuse: refuseRequest,
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
  })
  app.use('/v1/*', authenticate({ authenticator, clock, limitMs: limits.requestMs }))
  for (const add of ROUTES) add(app, context)
  // Without its epoch no token can be made, so until that is known once there is nothing to serve.
  const becomeReady = () => store.epoch()
  addOperations(app, { info: INFO, metrics, becomeReady, clock, limitMs: limits.requestMs })
  return app
}

const contextOf = (props: LockFunctionProps): LockFunctionContext => ({
  store: props.store,
  listing: props.listing,
  authorizer: props.authorizer,
  metrics: props.metrics,
  skewMs: props.skewMs,
  seal: new Seal(props.keys),
  limits: { ...DEFAULT_LIMITS, ...props.limits },
  clock: props.clock ?? systemClock,
  random: props.random ?? Math.random,
})
