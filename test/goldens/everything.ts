import { Duration, Size } from 'cdk8s'
import { Cpu, EnvFieldPaths, EnvValue, Secret } from 'cdk8s-plus-27'
import type { Namespace } from '../../constructs/namespace.ts'
import { app, cidr, namespace } from '../../constructs/peer.ts'
import type { PodProps } from '../../constructs/pod-props.ts'
import { waive } from '../../constructs/waiver.ts'
import { image } from './golden.ts'

/** Every option that all apps share. */
export const everything = (scope: Namespace): PodProps => ({
  image: image('web'),
  command: ['/usr/bin/web'],
  args: ['--verbose'],
  env: {
    LOG_LEVEL: 'info',
    NODE_NAME: EnvValue.fromFieldRef(EnvFieldPaths.NODE_NAME),
  },
  resources: {
    cpu: { request: Cpu.millis(500), limit: '2' },
    memory: Size.mebibytes(512),
    ephemeralStorage: '1Gi',
  },
  shutdown: { preStop: Duration.seconds(5), drain: Duration.minutes(1) },
  files: { '/etc/web/web.yaml': 'colour: blue\n', '/etc/web/routes.yaml': 'routes: []\n' },
  secretFiles: { '/etc/web/database': Secret.fromSecretName(scope, 'Database', 'database') },
  scratch: { '/var/cache/web': '512Mi', '/run/web': Size.mebibytes(1) },
  sidecars: {
    proxy: {
      image: image('proxy'),
      resources: { cpu: '50m', memory: '64Mi' },
      started: { path: '/started', port: 9000 },
    },
  },
  initContainers: {
    migrate: { image: image('migrate'), resources: { cpu: '100m', memory: '128Mi' } },
  },
  network: {
    ingressFrom: [app('cart'), namespace('monitoring', { ports: [9090] })],
    egressTo: [app('catalog', { namespace: 'shop', ports: [8080] }), cidr('203.0.113.0/24')],
  },
  priorityClass: 'high',
  waivers: [waive('image/registry', 'mirrored by the platform team')],
})
