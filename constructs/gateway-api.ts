import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute'
import type { Duration } from 'cdk8s'
import { HOSTNAME, MISSING_HOSTNAME } from './hostname.ts'
import { type Options, optional, required } from './options.ts'
import { proxies, ROUTE_PATH, readTraffic, settling } from './router-options.ts'
import type { Traffic } from './traffic.ts'
import { duration, text } from './value-shapes.ts'
import type { Written } from './written.ts'

export interface GatewayApiProps {
  /** Name of the Gateway that the platform runs. */
  readonly gateway: string

  /**
   * Namespace of the Gateway.
   *
   * @default - the app's own
   */
  readonly gatewayNamespace?: string

  /**
   * Namespace that the gateway's proxies run in, from where requests reach the app.
   *
   * @default - anywhere: where the proxies run differs by implementation, and nothing else tells
   */
  readonly proxyNamespace?: string

  /** Host that is routed to the app. */
  readonly hostname: string

  /**
   * Paths below which requests are routed to the app.
   *
   * @default '/'
   */
  readonly path?: string

  /**
   * How long some requests may still go by an older route once the gateway has said that it took the
   * new one: it tells its proxies afterwards, one by one. In a canary no capacity is taken away
   * before.
   *
   * @default Duration.seconds(10)
   */
  readonly settle?: Duration
}

const OPTIONS = {
  gateway: required(text('public'), 'missing'),
  gatewayNamespace: optional(text('gateways')),
  proxyNamespace: optional(text('gateways')),
  hostname: required(HOSTNAME, MISSING_HOSTNAME),
  path: optional(ROUTE_PATH),
  settle: optional(duration('Duration.seconds(10)')),
} satisfies Options<GatewayApiProps>

/** Routes requests by a Gateway API HTTPRoute. */
export const gatewayApi = (props: GatewayApiProps): Traffic => ({
  router: 'Gateway API',
  capabilities: { weights: true, matches: true },
  ...settling(props),
  ingressFrom: proxies(props),
  route: ({ context, name, backends }): Written<IHTTPRoute> => {
    const {
      gateway,
      gatewayNamespace,
      hostname,
      path = '/',
    } = readTraffic(props, OPTIONS, context.mistakes)
    return {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { ...context.metadata(name), namespace: context.namespace },
      spec: {
        parentRefs: [
          {
            group: 'gateway.networking.k8s.io',
            kind: 'Gateway',
            name: gateway,
            namespace: gatewayNamespace,
          },
        ],
        hostnames: [hostname],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: path } }],
            backendRefs: backends.map(({ service, port, weight }) => ({
              group: '',
              kind: 'Service',
              name: service,
              port,
              weight: weight ?? 100,
            })),
          },
        ],
      },
    }
  },
})
