import { Duration } from 'cdk8s'
import type { LetIn } from './authentication.ts'
import type { ControlPlaneProps } from './control-plane-props.ts'
import type { EnvironmentVariables } from './environment-variable.ts'
import { anyone, apiServer, type Peer } from './peer.ts'
import type { Resources } from './quantities.ts'
import { fixed } from './replicas.ts'
import type { RolloutServerParts } from './rollout-server.ts'
import type { ServedDeploymentProps } from './served-deployment.ts'
import { describeLock, type ServedLock } from './served-lock.ts'

export const DEFAULT_LOCK_SERVER_PORT = 8080

/** It has 33 MB of its own at rest and 90 MB under load, measured; 50 MB of Node's program come on top. */
const DEFAULT_RESOURCES: Resources = { cpu: '100m', memory: '256Mi' }

/** From TERM to the end of what is under way. */
const STOPS_WITHIN = Duration.seconds(30)

const KEYS_FOLDER = '/etc/lockstep/handle-keys'
const ISSUERS_FILE = '/etc/lockstep/oidc-issuers.json'

export interface LockServerProps {
  readonly image: string
  readonly locks: readonly ServedLock[]
  readonly letIn: LetIn
  /** Absent if it looks at no rollouts. */
  readonly rollouts: RolloutServerParts | undefined
}

/** The server of locks as any other service: what `lockstep serve` has to be told, and what it needs. */
export function lockServer(
  props: ControlPlaneProps,
  { image, locks, letIn, rollouts }: LockServerProps,
): ServedDeploymentProps {
  const { port = DEFAULT_LOCK_SERVER_PORT, network } = props
  const files = filesOf(letIn, rollouts)
  const { handleKeys, traffic, spread, budget, priorityClass, waivers } = props
  return {
    image,
    args: [rollouts === undefined ? 'serve' : 'serve-rollouts'],
    env: { ...variables(props, port, locks, letIn), ...rollouts?.env },
    resources: props.resources ?? DEFAULT_RESOURCES,
    port,
    health: { ready: '/readyz', live: '/healthz' },
    replicas: props.replicas ?? fixed(2),
    kubernetesApi: true,
    shutdown: { drain: STOPS_WITHIN },
    secretFiles: { [KEYS_FOLDER]: handleKeys, ...rollouts?.secretFiles },
    ...(Object.keys(files).length > 0 && { files }),
    network: {
      ingressFrom: network?.ingressFrom ?? [],
      egressTo: [
        apiServer(props.apiServer),
        ...[issuersOf(letIn), rollouts?.egressTo, network?.egressTo].flatMap(
          (peers) => peers ?? [],
        ),
      ],
    },
    ...(traffic !== undefined && { traffic }),
    ...(spread !== undefined && { spread }),
    ...(budget !== undefined && { budget }),
    ...(priorityClass !== undefined && { priorityClass }),
    ...(waivers !== undefined && { waivers }),
  }
}

const variables = (
  { clusterId, epoch }: ControlPlaneProps,
  port: number,
  locks: readonly ServedLock[],
  { audience, issuers }: LetIn,
): EnvironmentVariables => ({
  LOCKSTEP_LISTEN: `:${port}`,
  LOCKSTEP_LOCKS: locks.map(describeLock).join(' '),
  LOCKSTEP_HANDLE_KEYS_FILE: `${KEYS_FOLDER}/keys`,
  // The pod has left its endpoints by then: the kubelet waits before it sends TERM.
  LOCKSTEP_DRAIN_SECONDS: '0',
  LOCKSTEP_STOP_WITHIN_SECONDS: String(STOPS_WITHIN.toSeconds()),
  ...(audience !== undefined && { LOCKSTEP_TOKEN_AUDIENCE: audience }),
  ...(issuers.length > 0 && { LOCKSTEP_OIDC_ISSUERS_FILE: ISSUERS_FILE }),
  ...(clusterId !== undefined && { LOCKSTEP_CLUSTER_ID: clusterId }),
  ...(epoch !== undefined && { LOCKSTEP_EPOCH: String(epoch) }),
})

const filesOf = (
  letIn: LetIn,
  rollouts: RolloutServerParts | undefined,
): Readonly<Record<string, string>> => ({
  ...(letIn.issuers.length > 0 && { [ISSUERS_FILE]: issuersText(letIn) }),
  ...rollouts?.files,
})

const issuersText = ({ issuers }: LetIn): string => `${JSON.stringify({ issuers }, null, 2)}\n`

/** The keys of an issuer are where it says, which may be elsewhere than it is itself. */
function issuersOf({ issuers }: LetIn): readonly Peer[] {
  if (issuers.length === 0) return []
  const ports = issuers.map(({ issuer }) => Number(new URL(issuer).port) || 443)
  return [anyone({ ports: [...new Set(ports)].sort((one, other) => one - other) })]
}
