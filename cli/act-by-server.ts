import type { RolloutRequest } from '../rollouts/acts.ts'
import { RolloutApi } from './rollout-api.ts'
import type { Acted, RequestOf } from './rollout-request.ts'
import type { Terminal } from './terminal.ts'

interface Asked {
  readonly name: string
  readonly environment: string | undefined
}

/**
 * Asks the functions for what a person wants of the rollouts of an app. Who that is, and whether they
 * may, the functions find out.
 */
export async function actByServer(
  server: string,
  { name, environment }: Asked,
  requestOf: RequestOf,
  { env, signal }: Pick<Terminal, 'env' | 'signal'>,
): Promise<Acted> {
  const api = new RolloutApi({ server, environment, token: env.LOCKSTEP_TOKEN, signal })
  const { app, environment: found } = await api.find(name)
  const { rollout, former } = await api.known(app, found)
  const awaiting = rollout?.awaiting
  const request = requestOf({ former, ...(awaiting !== undefined && { awaiting }) })
  const done = await api.ask(app, found, request.action, bodyOf(request))
  return {
    app,
    environment: done.environment,
    where: server,
    nextLook: 'the next look of the functions',
    ...(done.commit !== undefined && { commit: done.commit }),
  }
}

/** What the API calls the parts of a request. */
function bodyOf(request: RolloutRequest): Readonly<Record<string, unknown>> {
  switch (request.action) {
    case 'approve':
      return { revision: request.revision, ...request.gate }
    case 'pause':
    case 'abort':
      return { reason: request.reason }
    case 'retry':
    case 'rollback':
      return { revision: request.revision }
    case 'promote':
    case 'resume':
      return {}
  }
}
