import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1'
import { writeHostname } from './hostname.ts'
import { anyone, namespace } from './peer.ts'
import type { Traffic } from './traffic.ts'
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

/**
 * Routes requests by an Ingress, for clusters without Gateway API. An Ingress has no weights of its
 * own, so no canary: what controllers offer by annotations differs in meaning from one to the next.
 */
export const ingress = (props: IngressProps): Traffic => ({
  router: 'Ingress',
  capabilities: { weights: false, matches: false },
  ingressFrom: [props.proxyNamespace === undefined ? anyone() : namespace(props.proxyNamespace)],
  route: ({ context, name, backends }): Written<IIngress> => {
    const host = writeHostname(props.hostname, context.mistakes)
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: context.metadata(name),
      spec: {
        ingressClassName: props.className,
        tls: [{ hosts: [host], secretName: props.tlsSecret }],
        rules: [
          {
            host,
            http: {
              paths: backends.map(({ service, port }) => ({
                path: props.path ?? '/',
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
