import { Duration } from 'cdk8s'
import { Secret } from 'cdk8s-plus-27'
import { oidc, serviceAccounts } from '../../constructs/authentication.ts'
import { ControlPlane } from '../../constructs/control-plane.ts'
import { githubRepository, httpRepository } from '../../constructs/deploy-repository.ts'
import { gatewayApi } from '../../constructs/gateway-api.ts'
import { Lock } from '../../constructs/lock.ts'
import type { Namespace } from '../../constructs/namespace.ts'
import { app, namespace } from '../../constructs/peer.ts'
import { autoscale } from '../../constructs/replicas.ts'
import { type Golden, golden } from './golden.ts'

/** Locks need the admission policies of 1.30. */
const SINCE = { since: '1.30' } as const

const secret = (scope: Namespace, name: string) =>
  Secret.fromSecretName(scope, `Secret-${name}`, name)
const keys = (scope: Namespace) => secret(scope, 'lockstep-keys')
const inside = serviceAccounts({ audience: 'lockstep-locks' })

export const controlPlanes: readonly Golden[] = [
  golden(
    'control-plane-least',
    (scope, id) => {
      new ControlPlane(scope, id, {
        locks: [new Lock(scope, `${id}-lock`)],
        authentication: [inside],
        handleKeys: keys(scope),
      })
    },
    SINCE,
  ),
  golden(
    'control-plane-everything',
    (scope, id) => {
      new ControlPlane(scope, id, {
        locks: [
          new Lock(scope, `${id}-many`, { slots: 3 }),
          new Lock(scope, `${id}-open`, { mode: 'interop' }),
        ],
        authentication: [
          inside,
          oidc({
            issuer: 'https://token.actions.githubusercontent.com',
            audience: 'https://locks.example.com',
            prefix: 'github:',
            requiredClaims: { repository_owner_id: ['4711'] },
            groupClaims: ['repository'],
          }),
        ],
        handleKeys: keys(scope),
        replicas: autoscale({ min: 3, max: 9, cpu: 70 }),
        port: 8443,
        resources: { cpu: '200m', memory: '512Mi' },
        traffic: gatewayApi({ gateway: 'public', hostname: 'locks.example.com' }),
        network: { ingressFrom: [namespace('jobs'), namespace('monitoring')] },
        apiServer: '203.0.113.7/32',
        clusterId: 'prod-eu',
        epoch: 2,
        spread: { strict: 'zone', zones: 3 },
        budget: { maxUnavailable: 1 },
        priorityClass: 'high',
      })
    },
    SINCE,
  ),
  golden(
    'control-plane-images',
    (scope, id) => {
      const author = { name: 'Lockstep', email: 'lockstep@example.com' }
      const repository = githubRepository({
        repository: 'acme/shop',
        app: { appId: 'Iv23liExample', installationId: '4242424' },
      })
      const source = { branch: 'main', gitCredentials: secret(scope, 'source-key') } as const
      new ControlPlane(scope, id, {
        locks: [new Lock(scope, `${id}-lock`)],
        authentication: [inside],
        handleKeys: keys(scope),
        network: { ingressFrom: [namespace('images')] },
        rollouts: {
          apps: [],
          repository: httpRepository({
            url: 'https://git.example.com:8443/deploy.git',
            username: 'lockstep',
            author,
          }),
          branch: 'deploy',
          gitCredentials: secret(scope, 'deploy-key'),
          webhooks: [
            { kind: 'github', secret: secret(scope, 'github-webhook') },
            {
              kind: 'registry/harbor',
              host: 'harbor.example.com',
              secret: secret(scope, 'harbor-webhook'),
            },
            {
              kind: 'registry/harbor',
              host: 'registry.images.svc:5000',
              secret: secret(scope, 'own-harbor-webhook'),
            },
          ],
          images: [
            {
              ...source,
              repository,
              file: 'apps/images.json',
              by: 'pull-request',
              follow: [
                { image: 'ghcr.io/acme/web', tag: 'main', at: ['test', 'web'] },
                { image: 'harbor.example.com/shop/cart', versions: '1.x', at: ['test', 'cart'] },
              ],
              every: Duration.minutes(5),
            },
            {
              ...source,
              repository,
              file: 'apps/tools.json',
              by: 'commit',
              follow: [
                { image: 'registry.images.svc:5000/tools/sql', versions: '*', at: ['sql'] },
                { image: 'nginx', tag: '1.29', at: ['nginx'] },
              ],
            },
          ],
          registries: [
            {
              host: 'ghcr.io',
              credentials: {
                username: 'acme-bot',
                password: secret(scope, 'registry-password'),
              },
            },
            {
              host: 'registry.images.svc:5000',
              address: 'http://registry.images.svc:5000',
              peer: app('registry', { namespace: 'images', ports: [5000] }),
            },
          ],
        },
      })
    },
    SINCE,
  ),
]
