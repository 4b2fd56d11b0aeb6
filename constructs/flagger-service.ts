import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute'
import { MAIN_PORT } from './probe.ts'
import type { EngineProps } from './rollout-engine.ts'
import { SERVICE_PORT } from './service.ts'
import { writeRoute } from './write-route.ts'
import type { Written } from './written.ts'

/** What Flagger makes Services and route of: the same host, gateway and path as ours would have. */
export function flaggerService({ context, traffic }: EngineProps) {
  const backends = [{ service: context.app, port: SERVICE_PORT }]
  const route = traffic === undefined ? undefined : writeRoute(traffic, context, backends)
  const { parentRefs, hostnames, rules } = (route as Written<IHTTPRoute> | undefined)?.spec ?? {}
  const paths = (rules ?? []).flatMap(({ matches }) => matches ?? []).map(({ path }) => path?.value)
  return {
    name: context.app,
    port: SERVICE_PORT,
    portName: MAIN_PORT,
    targetPort: MAIN_PORT,
    gatewayRefs: parentRefs,
    hosts: hostnames,
    match: paths.map((path) => ({ uri: { prefix: path } })),
  }
}
