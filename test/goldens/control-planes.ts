import { Secret } from 'cdk8s-plus-27'
import { oidc, serviceAccounts } from '../../constructs/authentication.ts'
import { ControlPlane } from '../../constructs/control-plane.ts'
import { gatewayApi } from '../../constructs/gateway-api.ts'
import { Lock } from '../../constructs/lock.ts'
import type { Namespace } from '../../constructs/namespace.ts'
import { namespace } from '../../constructs/peer.ts'
import { autoscale } from '../../constructs/replicas.ts'
import { type Golden, golden } from './golden.ts'

/** Locks need the admission policies of 1.30. */
const SINCE = { since: '1.30' } as const

const keys = (scope: Namespace) => Secret.fromSecretName(scope, 'Keys', 'lockstep-keys')
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
]
