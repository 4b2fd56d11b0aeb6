import { Duration, Size } from 'cdk8s'
import { Cpu, EnvValue } from 'cdk8s-plus-27'
import type { Construct } from 'constructs'
import {
  ArgoSync,
  app,
  atMostOne,
  autoscale,
  CanaryRollout,
  ControlPlane,
  cidr,
  Environment,
  elected,
  FencingPolicy,
  FluxSync,
  flagger,
  gatewayApi,
  gitlabRepository,
  HighlyAvailableDeployment,
  httpRepository,
  ingress,
  Lock,
  latency,
  Namespace,
  namespace,
  neverWithout,
  oidc,
  SingletonJob,
  SingletonService,
  serviceAccounts,
  successRate,
  usuallyOne,
  waive,
} from '../../constructs/index.ts'
import { IMAGE } from './fixtures.ts'

/** A construct, and options for it of which every one is given and nothing is wrong. */
export interface CompleteOptions {
  readonly kind: string
  /** Where it is made. */
  readonly in: 'app' | 'environment' | 'namespace' | 'namespace of prod'
  readonly make: (scope: Construct, id: string, props: never) => Construct
  /** New ones each time, for whoever breaks them. */
  readonly props: (prod: Environment) => Readonly<Record<string, unknown>>
}

const container = () => ({
  image: IMAGE,
  command: ['/bin/server'],
  args: ['--verbose'],
  env: { LOG_LEVEL: 'info', ZONE: EnvValue.fromValue('a') },
  resources: { cpu: '250m', memory: '256Mi', ephemeralStorage: Size.mebibytes(512) },
})

const fence = () => ({
  protects: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'cursor', resource: 'configmaps' }],
  sharedWith: [{ user: 'jane', risk: 'she repairs it by hand' }],
})

const pod = () => ({
  ...container(),
  shutdown: { preStop: Duration.seconds(5), drain: Duration.seconds(20) },
  files: { '/etc/web/config.yaml': 'a: 1\n' },
  secretFiles: { '/etc/secrets/db': { name: 'db-credentials' } },
  scratch: { '/var/cache/web': '64Mi' },
  sidecars: { proxy: { ...container(), started: { path: '/ready', port: 8081 } } },
  initContainers: { migrate: container() },
  network: {
    ingressFrom: [app('storefront', { namespace: 'shop', ports: [8080] })],
    egressTo: [namespace('payments'), cidr('203.0.113.0/24')],
  },
  serviceAccount: { name: 'identity' },
  kubernetesApi: true,
  priorityClass: 'high',
  waivers: [waive('image/digest', 'a test')],
})

const served = () => ({
  port: 8080,
  health: {
    ready: '/readyz',
    live: { http: '/livez', port: 8080 },
    startsWithin: Duration.minutes(3),
  },
})

const deployment = () => ({
  ...pod(),
  ...served(),
  replicas: autoscale({ min: 3, max: 9, cpu: 70 }),
  traffic: gatewayApi({
    gateway: 'public',
    hostname: 'www.example.com',
    settle: Duration.seconds(5),
  }),
  spread: { strict: 'zone', zones: 3 },
  budget: { maxUnavailable: 1 },
  rollingUpdate: { maxSurge: '50%', maxUnavailable: 0, minReadySeconds: 5 },
})

const singleton = () => ({
  ...pod(),
  ...served(),
  traffic: ingress({ className: 'nginx', hostname: 'www.example.com', tlsSecret: 'www-tls' }),
  drains: neverWithout('the storage team moves the volume'),
})

const election = () => ({
  lease: {
    duration: Duration.seconds(30),
    renewDeadline: Duration.seconds(20),
    retryPeriod: Duration.seconds(3),
  },
  elector: {
    port: 9402,
    resources: { cpu: Cpu.millis(20), memory: '96Mi' },
    folder: '/run/lockstep',
  },
  apiServer: '203.0.113.7/32',
})

const volumes = () => ({ data: { path: '/var/lib/data', size: '1Gi', storageClass: 'fast' } })

const sync = (environment: Environment) => ({ environment, split: 'namespace', prune: true })

export const COMPLETE_OPTIONS: readonly CompleteOptions[] = [
  {
    kind: 'Environment',
    in: 'app',
    make: (scope, id, props) => new Environment(scope, id, props),
    props: () => ({
      owner: 'platform-team',
      images: { web: IMAGE },
      hosts: { web: 'www.example.com' },
      targetVersion: '1.31',
      zones: 3,
      development: false,
      freezeWindows: [
        { schedule: '0 18 * * FRI', duration: 'P2D', timeZone: 'UTC', reason: 'weekend' },
        {
          rrule: 'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20',
          dtstart: '2026-12-20T18:00',
          duration: 'P17D',
          timeZone: 'Asia/Seoul',
          reason: 'end of the year',
        },
      ],
      lockstepImage: IMAGE,
      external: ['Service payments/api'],
    }),
  },
  {
    kind: 'Namespace',
    in: 'environment',
    make: (scope, id, props) => new Namespace(scope, id, props),
    props: () => ({ existing: false, owner: 'shop-team', podSecurity: 'restricted' }),
  },
  {
    kind: 'HighlyAvailableDeployment',
    in: 'namespace',
    make: (scope, id, props) => new HighlyAvailableDeployment(scope, id, props),
    props: () => ({
      ...deployment(),
      adopt: { name: 'old-web', selector: { app: 'web' } },
    }),
  },
  {
    kind: 'CanaryRollout',
    in: 'namespace',
    make: (scope, id, props) => new CanaryRollout(scope, id, props),
    props: () => ({
      ...deployment(),
      steps: [
        { match: { header: 'x-canary', value: 'yes' }, hold: Duration.minutes(2) },
        {
          weight: 50,
          approval: {
            role: 'owners',
            quorum: 2,
            deadline: Duration.hours(8),
            onTimeout: 'abort',
          },
        },
      ],
      analysis: [
        successRate({ atLeast: 99.5 }),
        latency({ percentile: 99, below: Duration.millis(400) }),
      ],
      deadline: Duration.days(2),
      wave: 2,
    }),
  },
  {
    kind: 'CanaryRollout, by another engine',
    in: 'namespace',
    make: (scope, id, props) => new CanaryRollout(scope, id, props),
    props: () => ({
      ...deployment(),
      steps: [{ weight: 50, hold: Duration.minutes(2) }],
      analysis: [],
      engine: flagger(),
    }),
  },
  ...(
    [
      ['atMostOne', () => atMostOne({ volumes: volumes() as never, serviceName: 'old-headless' })],
      ['usuallyOne', () => usuallyOne({ volumes: volumes() as never })],
      ['elected', () => elected({ work: 'requests', replicas: 3, ...election() } as never)],
    ] as const
  ).map(
    ([guarantee, make]): CompleteOptions => ({
      kind: `SingletonService, ${guarantee}`,
      in: 'namespace',
      make: (scope, id, props) => new SingletonService(scope, id, props),
      props: () => ({ ...singleton(), guarantee: make() }),
    }),
  ),
  {
    kind: 'SingletonJob',
    in: 'namespace',
    make: (scope, id, props) => new SingletonJob(scope, id, props),
    props: () => ({
      ...pod(),
      schedule: '0 3 * * *',
      timeZone: 'Asia/Seoul',
      deadline: Duration.hours(2),
      startingDeadline: Duration.minutes(10),
      retries: 1,
      fatalExitCodes: [65],
      history: { successful: 1, failed: 2 },
      suspend: false,
      lock: election(),
    }),
  },
  {
    kind: 'Lock',
    in: 'namespace',
    make: (scope, id, props) => new Lock(scope, id, props),
    props: () => ({ slots: 1, mode: 'fenced', users: ['identity'], ...fence() }),
  },
  {
    kind: 'FencingPolicy',
    in: 'namespace',
    make: (scope, id, props) => new FencingPolicy(scope, id, props),
    props: () => ({ lock: 'ledger', ...fence() }),
  },
  {
    kind: 'ControlPlane',
    in: 'namespace of prod',
    make: (scope, id, props) => new ControlPlane(scope, id, props),
    props: (prod) => {
      const { replicas, traffic, spread, budget } = deployment()
      return {
        locks: [new Lock(new Namespace(prod, 'books'), 'ledger')],
        authentication: [
          serviceAccounts({ audience: 'lockstep-locks' }),
          oidc({
            issuer: 'https://issuer.example.com',
            audience: 'https://locks.example.com',
            prefix: 'example:',
            requiredClaims: { project: ['shop'] },
            nameClaim: 'email',
            groupClaims: ['team'],
          }),
        ],
        handleKeys: { name: 'lockstep-keys' },
        rollouts: {
          apps: [],
          repository: httpRepository({
            url: 'https://git.example.com/deploy',
            username: 'lockstep',
            author: { name: 'Lockstep', email: 'lockstep@example.com' },
          }),
          branch: 'deploy',
          gitCredentials: { name: 'deploy-key' },
          metrics: {
            prometheus: 'http://prometheus.monitoring:9090',
            source: 'istio',
            peer: namespace('monitoring'),
          },
          webhooks: [
            { kind: 'flux', secret: { name: 'flux-webhook' } },
            { kind: 'registry/harbor', host: 'ghcr.io', secret: { name: 'harbor-webhook' } },
          ],
          images: [
            {
              repository: gitlabRepository({
                project: 'platform/shop',
                instance: 'https://git.example.com',
                author: { name: 'Lockstep', email: 'lockstep@example.com' },
              }),
              branch: 'main',
              file: 'apps/images.json',
              by: 'pull-request',
              gitCredentials: { name: 'source-key' },
              follow: [
                { image: 'ghcr.io/acme/web', tag: 'main', at: ['prod', 'web'] },
                { image: 'ghcr.io/acme/cart', versions: '1.x', at: ['prod', 'cart'] },
              ],
              every: Duration.minutes(5),
            },
          ],
          registries: [
            {
              host: 'ghcr.io',
              address: 'https://mirror.example.com',
              credentials: { username: 'acme-bot', password: { name: 'registry-password' } },
              peer: namespace('images'),
            },
          ],
        },
        replicas,
        port: 8080,
        resources: container().resources,
        traffic,
        network: pod().network,
        apiServer: '203.0.113.7/32',
        clusterId: 'prod-eu',
        epoch: 2,
        spread,
        budget,
        priorityClass: 'high',
        waivers: pod().waivers,
      }
    },
  },
  {
    kind: 'FluxSync',
    in: 'namespace',
    make: (scope, id, props) => new FluxSync(scope, id, props),
    props: (prod) => ({
      ...sync(prod),
      source: { kind: 'GitRepository', name: 'deploy', namespace: 'flux-system' },
      interval: Duration.minutes(5),
      retryInterval: Duration.seconds(30),
      timeout: Duration.minutes(3),
      wait: false,
      serviceAccountName: 'deployer',
    }),
  },
  {
    kind: 'ArgoSync',
    in: 'namespace',
    make: (scope, id, props) => new ArgoSync(scope, id, props),
    props: (prod) => ({
      ...sync(prod),
      source: { url: 'https://git.example.com/shop/deploy.git', branch: 'deploy' },
      project: 'shop',
      cluster: 'in-cluster',
    }),
  },
]
