import { Duration } from 'cdk8s'
import { gatewayApi } from '../../constructs/gateway-api.ts'
import { HighlyAvailableDeployment } from '../../constructs/highly-available-deployment.ts'
import { ingress } from '../../constructs/ingress.ts'
import { apiServer } from '../../constructs/peer.ts'
import { autoscale, fixed } from '../../constructs/replicas.ts'
import { everything } from './everything.ts'
import { golden, served } from './golden.ts'

export const highlyAvailable = [
  golden('ha-least', (scope, id) => {
    new HighlyAvailableDeployment(scope, id, { ...served, replicas: fixed(2) })
  }),
  golden('ha-autoscaled', (scope, id) => {
    const replicas = autoscale({ min: 3, max: 9, cpu: 70, memory: 80, surviving: 'zone' })
    new HighlyAvailableDeployment(scope, id, { ...served, replicas })
  }),
  golden('ha-everything', (scope, id) => {
    new HighlyAvailableDeployment(scope, id, {
      ...everything(scope),
      port: 8443,
      health: {
        ready: { http: '/readyz', port: 'http' },
        live: { tcp: true },
        startsWithin: Duration.minutes(5),
      },
      replicas: autoscale({ min: 3, max: 30, cpu: 60 }),
      traffic: gatewayApi({
        gateway: 'public',
        gatewayNamespace: 'gateways',
        proxyNamespace: 'gateways',
        hostname: 'www.example.com',
        path: '/web',
      }),
      spread: { strict: 'zone', zones: 3 },
      budget: { minAvailable: '60%' },
      rollingUpdate: { maxSurge: 1, maxUnavailable: '20%', minReadySeconds: 30 },
    })
  }),
  golden('ha-ingress', (scope, id) => {
    new HighlyAvailableDeployment(scope, id, {
      ...served,
      replicas: fixed(3, { surviving: 'zone' }),
      traffic: ingress({
        className: 'nginx',
        hostname: 'old.example.com',
        tlsSecret: 'old-example-com',
        proxyNamespace: 'ingress-nginx',
      }),
    })
  }),
  golden('ha-api-client', (scope, id) => {
    new HighlyAvailableDeployment(scope, id, {
      ...served,
      replicas: fixed(3),
      kubernetesApi: true,
      network: { egressTo: [apiServer('203.0.113.7/32')] },
    })
  }),
  golden('ha-grpc', (scope, id) => {
    new HighlyAvailableDeployment(scope, id, {
      ...served,
      replicas: fixed(3),
      health: {
        ready: { grpc: 'ready', port: 8080 },
        live: { exec: ['/bin/alive', '--deep=false'] },
      },
    })
  }),
] as const
