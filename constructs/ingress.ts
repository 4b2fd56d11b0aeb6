import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1'
import { HOSTNAME, MISSING_HOSTNAME } from './hostname.ts'
import { type Options, optional, required } from './options.ts'
import { proxies, ROUTE_PATH, readTraffic } from './router-options.ts'
import type { Traffic } from './traffic.ts'
import { text } from './value-shapes.ts'
import type { Written } from './written.ts'

export interface IngressProps {
  /** Class of the controller that serves it. */
  readonly className: string

  /** Host that is routed to the app. */
  readonly hostname: string

  /** Existing Secret with the certificate for the host. */
  readonly tlsSecret: string

  /**
   * Namespace that the controller runs in.
   *
   * @default - anywhere
   */
  readonly proxyNamespace?: string

  /**
   * Paths below which requests are routed to the app.
   *
   * @default '/'
   */
  readonly path?: string
}

const OPTIONS = {
  className: required(text('nginx'), 'missing'),
  hostname: required(HOSTNAME, MISSING_HOSTNAME),
  tlsSecret: required(text('www-tls'), 'missing'),
  proxyNamespace: optional(text('ingress-nginx')),
  path: optional(ROUTE_PATH),
} satisfies Options<IngressProps>

/**
 * Routes requests by an Ingress, for clusters without Gateway API. An Ingress has no weights of its
 * own, so no canary: what controllers offer by annotations differs in meaning from one to the next.
 */
export const ingress = (props: IngressProps): Traffic => ({
  router: 'Ingress',
  capabilities: { weights: false, matches: false },
  ingressFrom: proxies(props),
  route: ({ context, name, backends }): Written<IIngress> => {
    const {
      className,
      hostname,
      tlsSecret,
      path = '/',
    } = readTraffic(props, OPTIONS, context.mistakes)
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: context.metadata(name),
      spec: {
        ingressClassName: className,
        tls: [{ hosts: [hostname], secretName: tlsSecret }],
        rules: [
          {
            host: hostname,
            http: {
              paths: backends.map(({ service, port }) => ({
                path,
                pathType: 'Prefix' as const,
                backend: { service: { name: service, port: { number: port } } },
              })),
            },
          },
        ],
      },
    }
  },
})
