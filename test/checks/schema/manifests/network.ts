import type { KubernetesObject } from '../../../../manifests/kubernetes-object.ts'
import { labels, metadata, selector } from './common.ts'

export const network: readonly KubernetesObject[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      type: 'LoadBalancer',
      selector: labels,
      ports: [
        { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' },
        { name: 'metrics', port: 9090, targetPort: 9090 },
      ],
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 300 } },
      externalTrafficPolicy: 'Local',
      internalTrafficPolicy: 'Cluster',
      ipFamilyPolicy: 'SingleStack',
      publishNotReadyAddresses: false,
      trafficDistribution: 'PreferClose',
      loadBalancerSourceRanges: ['192.0.2.0/24'],
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata,
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['web.example.com'], secretName: 'web' }],
      rules: [
        {
          host: 'web.example.com',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'web', port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: {
      podSelector: selector,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [{ podSelector: selector, namespaceSelector: {} }],
          ports: [{ protocol: 'TCP', port: 8080 }],
        },
      ],
      egress: [
        {
          to: [{ ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.1/32'] } }],
          ports: [{ protocol: 'UDP', port: 53 }],
        },
      ],
    },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata,
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: true }, zone: 'a' }],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata,
    spec: {
      gatewayClassName: 'public',
      addresses: [{ type: 'IPAddress', value: '192.0.2.1' }],
      listeners: [
        {
          name: 'https',
          hostname: '*.example.com',
          port: 443,
          protocol: 'HTTPS',
          tls: { mode: 'Terminate', certificateRefs: [{ kind: 'Secret', name: 'web' }] },
          allowedRoutes: { namespaces: { from: 'Selector', selector } },
        },
      ],
    },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata,
    spec: {
      parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https' }],
      hostnames: ['web.example.com'],
      rules: [
        {
          matches: [
            {
              path: { type: 'PathPrefix', value: '/' },
              method: 'GET',
              headers: [{ type: 'Exact', name: 'x-canary', value: 'yes' }],
            },
          ],
          filters: [
            {
              type: 'RequestHeaderModifier',
              requestHeaderModifier: {
                set: [{ name: 'x-seen', value: 'yes' }],
                remove: ['x-gone'],
              },
            },
          ],
          timeouts: { request: '10s' },
          backendRefs: [
            { name: 'web-stable', port: 80, weight: 95 },
            { name: 'web-canary', port: 80, weight: 5 },
          ],
        },
      ],
    },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GRPCRoute',
    metadata,
    spec: {
      parentRefs: [{ name: 'public' }],
      rules: [
        {
          matches: [{ method: { type: 'Exact', service: 'shop.Orders', method: 'Place' } }],
          backendRefs: [{ name: 'web', port: 80 }],
        },
      ],
    },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata,
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }],
      to: [{ group: '', kind: 'Service', name: 'web' }],
    },
  },
]
