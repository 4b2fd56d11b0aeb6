import type { Hono } from 'hono'
import { systemClock } from '../../leases/clock.ts'
import { functionApp } from '../http/function-app.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { invalidRequest } from '../http/invalid-request.ts'
import { addOperations } from '../http/operations.ts'
import { BriefCache } from '../identity/brief-cache.ts'
import { readAlertmanager } from './alertmanager.ts'
import { addArgoRollouts } from './argo-rollouts.ts'
import { readArgoCd } from './argocd.ts'
import { readDistribution } from './distribution.ts'
import { readDockerHub } from './docker-hub.ts'
import { documentWebhooks } from './document-webhooks.ts'
import { explainError } from './explain-error.ts'
import { addFlagger } from './flagger.ts'
import { readFlux } from './flux.ts'
import { readGitHub } from './github.ts'
import { readGitLab } from './gitlab.ts'
import { readHarbor } from './harbor.ts'
import { readQuay } from './quay.ts'
import { addTeller } from './take-webhook.ts'
import type { WebhookFunctionContext } from './webhook-context.ts'
import { WEBHOOK_LIMITS, type WebhookFunctionProps } from './webhook-function-props.ts'
import type { WebhookReader } from './webhook-reader.ts'
import type { SenderKind } from './webhook-sender.ts'

/** Senders that tell something. The others ask. */
const READERS: Readonly<Partial<Record<SenderKind, WebhookReader>>> = {
  flux: readFlux,
  argocd: readArgoCd,
  alertmanager: readAlertmanager,
  github: readGitHub,
  gitlab: readGitLab,
  'registry/distribution': readDistribution,
  'registry/harbor': readHarbor,
  'registry/docker-hub': readDockerHub,
  'registry/quay': readQuay,
}

const MOST_KNOWN = 10_000

const INFO = {
  title: 'Lockstep webhooks',
  version: '1',
  description:
    'What others tell and ask about releases, each in its own format. Nothing here is true because ' +
    'a webhook says so: it is looked at where it is known.',
}

/**
 * Webhooks of others, by web standards alone. What they tell goes to the sink, which decides; what is
 * answered is what each sender takes for what is meant. Nothing is lost or wrong if an instance ends:
 * what it remembers only keeps work away.
 *
 * Each webhook proves who sent it, over the bytes as they came. `/healthz`, `/readyz`, `/openapi.json`
 * and, with `metrics`, `/metrics` are open to all who reach it.
 */
export function webhookFunction(props: WebhookFunctionProps): Hono<FunctionEnv> {
  const { log, metrics, senders, becomeReady = async () => {} } = props
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
  const kinds = new Set(senders.map(({ kind }) => kind))
  for (const kind of kinds) {
    const reader = READERS[kind]
    if (reader !== undefined) addTeller(app, context, kind, reader)
  }
  if (kinds.has('flagger')) addFlagger(app, context)
  if (kinds.has('argo-rollouts')) addArgoRollouts(app, context)
  documentWebhooks(app, kinds)
  addOperations(app, { info: INFO, metrics, becomeReady, clock, limitMs: limits.requestMs })
  return app
}

function contextOf(props: WebhookFunctionProps): WebhookFunctionContext {
  const { senders, sink, log, clock = systemClock, limits } = props
  return {
    senders,
    sink,
    log,
    clock,
    limits: { ...WEBHOOK_LIMITS, ...limits },
    told: new BriefCache(MOST_KNOWN, clock),
  }
}
