import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { FunctionEnv } from '../http/function-env.ts'
import { problemResponses } from '../http/problem-schema.ts'
import { alertmanagerMessage } from './alertmanager.ts'
import { argoRolloutsMeasurement } from './argo-rollouts.ts'
import { argoCdNotification } from './argocd.ts'
import { distributionEnvelope } from './distribution.ts'
import { dockerHubPush } from './docker-hub.ts'
import { FLAGGER_HOOKS, flaggerHook } from './flagger.ts'
import { fluxEvent } from './flux.ts'
import { githubPush } from './github.ts'
import { githubPackageEvent } from './github-package.ts'
import { gitlabPush } from './gitlab.ts'
import { harborEvent } from './harbor.ts'
import { quayPush } from './quay.ts'
import { SENDER_PROOFS, type SenderKind } from './webhook-sender.ts'

/** What each sender sends, as far as it is read, and what it is called. */
const SENDERS: Readonly<Record<SenderKind, readonly [schema: z.ZodType, summary: string]>> = {
  flux: [fluxEvent, 'An event of Flux'],
  argocd: [argoCdNotification, 'A notification of Argo CD'],
  flagger: [flaggerHook, 'A hook of Flagger'],
  'argo-rollouts': [argoRolloutsMeasurement, 'A measurement of Argo Rollouts'],
  alertmanager: [alertmanagerMessage, 'Alerts of Alertmanager'],
  github: [z.union([githubPush, githubPackageEvent]), 'A push or a package on GitHub'],
  gitlab: [gitlabPush, 'A push on GitLab'],
  'registry/distribution': [distributionEnvelope, 'Events of a registry'],
  'registry/harbor': [harborEvent, 'An event of Harbor'],
  'registry/docker-hub': [dockerHubPush, 'A push to Docker Hub'],
  'registry/quay': [quayPush, 'A push to Quay'],
}

const takenSchema = z
  .object({
    taken: z.int().meta({ description: 'How many things of it were passed on' }),
    known: z.int().meta({ description: 'How many this instance had passed on before' }),
    ignored: z.string().optional().meta({ description: 'Why there are not more' }),
  })
  .meta({ id: 'Taken' })

const gateAnswerSchema = z
  .object({
    state: z.enum(['approved', 'pending', 'refused']),
    reason: z.string(),
    revision: z.string().optional(),
    step: z.int().optional(),
  })
  .meta({ id: 'GateAnswer' })

const json = (schema: z.ZodType) => ({ 'application/json': { schema } })
const text = { 'text/plain': { schema: z.string() } }

const PROBLEM_RESPONSES = problemResponses({
  400: 'Not what the sender documents',
  401: 'Nothing proves who sent it',
  404: 'No such sender is known here',
  413: 'The body is too large',
  415: 'The body is a form',
  431: 'The headers are too large',
  500: 'A mistake of the function',
  503: 'It cannot be taken now: send it again',
  504: 'It was not taken in time: send it again',
})

/** Those that only tell something. */
const TELLER_RESPONSES = {
  200: { description: 'Nothing of it matters here, or it is known', content: json(takenSchema) },
  202: { description: 'It was passed on', content: json(takenSchema) },
}

const RESPONSES: Partial<Record<SenderKind, object>> = {
  flagger: {
    200: { description: 'Yes: to the hook rollback, that it is to roll back', content: text },
    403: { description: 'No, or not yet, with why', content: text },
  },
  'argo-rollouts': {
    200: { description: 'Also if it cannot be found out now', content: json(gateAnswerSchema) },
  },
}

/**
 * Adds what senders may send, and what they are answered, to the document of the API. Their schemas are
 * not checked before the signature is, over the bytes, so these are no routes of their own.
 */
export function documentWebhooks(app: OpenAPIHono<FunctionEnv>, kinds: Iterable<SenderKind>): void {
  for (const kind of new Set(kinds)) {
    const [schema, summary] = SENDERS[kind]
    const isFlagger = kind === 'flagger'
    app.openAPIRegistry.registerPath({
      method: 'post',
      path: isFlagger ? '/webhooks/flagger/{hook}' : `/webhooks/${kind}`,
      operationId: operationIdOf(kind),
      summary,
      description: `Proven by ${SENDER_PROOFS[kind].join(' or ')}, as the settings say`,
      request: {
        ...(isFlagger && { params: z.object({ hook: z.enum(FLAGGER_HOOKS) }) }),
        body: { required: true, content: json(schema) },
      },
      responses: { ...(RESPONSES[kind] ?? TELLER_RESPONSES), ...PROBLEM_RESPONSES },
    })
  }
}

/** `takeRegistryQuay`. */
const operationIdOf = (kind: SenderKind): string =>
  `take${kind.replaceAll(/(?:^|\W)(\w)/g, (_, letter: string) => letter.toUpperCase())}`
