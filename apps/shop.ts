import { Duration } from 'cdk8s'
import { Secret } from 'cdk8s-plus-27'
import {
  anyone,
  app,
  atMostOne,
  autoscale,
  CanaryRollout,
  cidr,
  type Environment,
  elected,
  fixed,
  gatewayApi,
  HighlyAvailableDeployment,
  Namespace,
  SingletonJob,
  SingletonService,
  usuallyOne,
  waive,
} from 'lockstep'
import type { Host, Image, ShopEnvironment } from './environments.ts'

/** All services of this shop answer these two. */
const health = { ready: '/readyz', live: '/livez' } as const

/** What is said of an environment and is no part of what all have in common. */
type Settings = Pick<ShopEnvironment, 'size' | 'release'>

/** A web shop: seven apps, and in each the one thing that is different about it. */
export function shop(env: Environment<Image, Host>, { size, release }: Settings): void {
  const namespace = new Namespace(env, 'shop')
  const secret = (name: string) => Secret.fromSecretName(namespace, `${name}-secret`, name)
  const internet = (host: Host, settle?: Duration) =>
    gatewayApi({
      gateway: 'public',
      gatewayNamespace: 'gateways',
      hostname: env.host(host),
      ...(settle && { settle }),
    })

  // What customers see: as many pods as there are visitors, wherever a zone is lost.
  new HighlyAvailableDeployment(namespace, 'storefront', {
    image: env.image('storefront'),
    port: 8080,
    health,
    resources: { cpu: '500m', memory: '512Mi' },
    replicas: autoscale({ ...size.storefront, cpu: 70, surviving: 'zone' }),
    traffic: internet('storefront'),
    network: { egressTo: [app('catalog'), app('checkout'), app('search')] },
  })

  // Always the same number of pods: its load is the number of products, not of visitors.
  new HighlyAvailableDeployment(namespace, 'catalog', {
    image: env.image('catalog'),
    port: 8080,
    health,
    resources: { cpu: '250m', memory: '1Gi' },
    replicas: fixed(size.catalog),
    files: { '/etc/catalog/settings.yaml': 'pageSize: 48\ncurrency: KRW\n' },
    network: {
      ingressFrom: [app('storefront'), app('checkout'), app('feed-importer')],
      egressTo: [app('search')],
    },
  })

  // Money is made or lost here: a new version gets a few of the requests, then more, then all, and
  // goes no further unless it does as well as the old one.
  new CanaryRollout(namespace, 'checkout', {
    image: env.image('checkout'),
    port: 8080,
    health,
    resources: { cpu: '500m', memory: '512Mi' },
    replicas: autoscale({ ...size.checkout, cpu: 60 }),
    traffic: internet('checkout', release.settle),
    steps: release.steps,
    analysis: release.analysis,
    network: { ingressFrom: [app('storefront')], egressTo: [app('catalog'), app('ledger')] },
  })

  // Writes the books, so one pod answers at a time. A standby takes over within seconds.
  new SingletonService(namespace, 'ledger', {
    image: env.image('ledger'),
    port: 8080,
    health,
    resources: { cpu: '250m', memory: '512Mi' },
    guarantee: elected({ work: 'requests' }),
    secretFiles: { '/run/secrets/database': secret('ledger-database') },
    network: {
      ingressFrom: [app('checkout'), app('nightly-report')],
      egressTo: [cidr('10.20.0.0/24', { ports: [5432] })],
    },
  })

  // Two writers would destroy the index, and a search that is down for a while harms nobody.
  new SingletonService(namespace, 'search', {
    image: env.image('search'),
    port: 8080,
    health: { ...health, startsWithin: Duration.minutes(10) },
    resources: { cpu: '1', memory: '4Gi' },
    guarantee: atMostOne({ volumes: { index: { path: '/var/lib/search', size: '50Gi' } } }),
    network: { ingressFrom: [app('storefront'), app('catalog')] },
  })

  // Fetches the suppliers' prices. Twice at once would only be wasteful.
  new SingletonService(namespace, 'feed-importer', {
    image: env.image('feed-importer'),
    resources: { cpu: '100m', memory: '256Mi' },
    guarantee: usuallyOne(),
    env: { INTERVAL: '15m' },
    waivers: [waive('probe/liveness-missing', 'it exits by itself when a supplier hangs')],
    secretFiles: { '/run/secrets/suppliers': secret('supplier-feeds') },
    network: { egressTo: [app('catalog'), anyone({ ports: [443] })] },
  })

  // Yesterday's books, before people come to work. Two of them would send two mails.
  new SingletonJob(namespace, 'nightly-report', {
    image: env.image('report'),
    schedule: '0 3 * * *',
    timeZone: 'Asia/Seoul',
    lock: true,
    deadline: Duration.minutes(30),
    resources: { cpu: '500m', memory: '1Gi' },
    secretFiles: { '/run/secrets/mail': secret('report-mail') },
    network: { egressTo: [app('ledger'), anyone({ ports: [465] })] },
  })
}
