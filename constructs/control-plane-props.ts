import type { ISecret } from 'cdk8s-plus-27'
import { AUTHENTICATION, type Authentication, STAND_IN_AUTHENTICATION } from './authentication.ts'
import { BUDGET, type Budget } from './disruption-budget.ts'
import type { Lock } from './lock.ts'
import { NETWORK, type Network } from './network-policy.ts'
import { type Options, optional, required } from './options.ts'
import { RESOURCES, type Resources } from './quantities.ts'
import { REPLICAS, type Replicas } from './replicas.ts'
import { LOCKS } from './served-lock.ts'
import { SERVED_ROLLOUTS, type ServedRollouts } from './served-rollouts.ts'
import { shape } from './shape.ts'
import { SPREAD, type Spread } from './spread.ts'
import { TRAFFIC, type Traffic } from './traffic.ts'
import { PORT, reference, text, whole } from './value-shapes.ts'
import { WAIVERS, type Waiver } from './waiver.ts'

export interface ControlPlaneProps {
  /** Locks that it serves, of any namespaces of the environment. It has rights on no others. */
  readonly locks: readonly Lock[]

  /** Who is let in: made by `serviceAccounts` and `oidc`. What they may do is for RBAC to say. */
  readonly authentication: readonly Authentication[]

  /**
   * Existing Secret that has under `keys` what signs the handles of callers: base64, one key a line,
   * 32 random bytes or more.
   */
  readonly handleKeys: ISecret

  /**
   * Rollouts that it looks at by itself, and serves beside the locks.
   *
   * @default - none
   */
  readonly rollouts?: ServedRollouts

  /**
   * How many pods, at least 2: made by `fixed` or `autoscale`.
   *
   * @default fixed(2)
   */
  readonly replicas?: Replicas

  /**
   * Port that the pods listen on. The Service is on 80.
   *
   * @default 8080
   */
  readonly port?: number

  /**
   * What each pod may use.
   *
   * @default - 100m of CPU, 256Mi of memory
   */
  readonly resources?: Resources

  /**
   * How requests from outside the cluster reach it. The router ends TLS.
   *
   * @default - they do not
   */
  readonly traffic?: Traffic

  /**
   * Who may talk to it, and whom it may talk to beyond DNS, the API server and issuers.
   *
   * @default - the router of its `traffic` in, nobody else
   */
  readonly network?: Network

  /**
   * Addresses of the API server: `203.0.113.7/32`.
   *
   * @default - any address, on ports 443 and 6443
   */
  readonly apiServer?: string

  /**
   * Names the cluster in fencing tokens, among all others and through a restore of its etcd.
   *
   * @default - the uid of the namespace `kube-system`, which it gets the right to read
   */
  readonly clusterId?: string

  /**
   * Raised by whoever restores the cluster's etcd from a copy.
   *
   * @default 1
   */
  readonly epoch?: number

  /**
   * How pods are laid over zones and hosts.
   *
   * @default 'soft'
   */
  readonly spread?: Spread

  /**
   * How many pods a drain may take at once.
   *
   * @default - 10 %, at least one
   */
  readonly budget?: Budget

  /**
   * Name of an existing PriorityClass.
   *
   * @default - the cluster's default
   */
  readonly priorityClass?: string

  /**
   * Rules that are broken knowingly, made by `waive`.
   *
   * @default - none
   */
  readonly waivers?: readonly Waiver[]
}

const HANDLE_KEYS = reference<ISecret>(
  'an existing Secret of cdk8s-plus',
  "Secret.fromSecretName(scope, 'keys', 'lockstep-keys')",
)

const CLUSTER_ID = shape<string>({
  expected: 'a name of up to 63 characters, without colons and spaces',
  example: "'prod-eu'",
  is: (value) => typeof value === 'string' && /^[^:\s]{1,63}$/.test(value),
})

export const CONTROL_PLANE_OPTIONS = {
  locks: required(LOCKS, []),
  authentication: required(AUTHENTICATION, STAND_IN_AUTHENTICATION),
  handleKeys: required(HANDLE_KEYS, { name: 'missing' } as ISecret),
  rollouts: optional(SERVED_ROLLOUTS),
  replicas: optional(REPLICAS),
  port: optional(PORT),
  resources: optional(RESOURCES),
  traffic: optional(TRAFFIC),
  network: optional(NETWORK),
  apiServer: optional(text('203.0.113.7/32')),
  clusterId: optional(CLUSTER_ID),
  epoch: optional(whole({ least: 1, most: 999_999_999, example: 2 })),
  spread: optional(SPREAD),
  budget: optional(BUDGET),
  priorityClass: optional(text('high')),
  waivers: optional(WAIVERS),
} satisfies Options<ControlPlaneProps>
