import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute'
import { writeHostname } from './hostname.ts'
import { anyone, namespace } from './peer.ts'
import type { Traffic } from './traffic.ts'
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
}

/** Routes requests by a Gateway API HTTPRoute. */
export const gatewayApi = (props: GatewayApiProps): Traffic => ({
  router: 'Gateway API',
  capabilities: { weights: true, matches: true },
  ingressFrom: [props.proxyNamespace === undefined ? anyone() : namespace(props.proxyNamespace)],
  route: ({ context, name, backends }): Written<IHTTPRoute> => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { ...context.metadata(name), namespace: context.namespace },
    spec: {
      parentRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name: props.gateway,
          namespace: props.gatewayNamespace,
        },
      ],
      hostnames: [writeHostname(props.hostname, context.mistakes)],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: props.path ?? '/' } }],
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
  }),
})
