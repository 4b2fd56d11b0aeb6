import type { Construct } from 'constructs'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import type { IIoK8sApiNetworkingV1NetworkPolicyEgressRule } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyEgressRule'
import type { IIoK8sApiNetworkingV1NetworkPolicyIngressRule } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyIngressRule'
import { list } from './collection-shapes.ts'
import { EmittedObject } from './emitted-object.ts'
import { optional, record } from './options.ts'
import { PEER, type Peer } from './peer.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

/** Who may talk to an app, and whom it may talk to. */
export interface Network {
  /**
   * Who may open connections to the app's ports.
   *
   * @default - nobody but the router of its `traffic`
   */
  readonly ingressFrom?: readonly Peer[]

  /**
   * Whom the app may open connections to. DNS is always allowed.
   *
   * @default - nobody
   */
  readonly egressTo?: readonly Peer[]
}

export const NETWORK = record<Network>(
  { ingressFrom: optional(list(PEER)), egressTo: optional(list(PEER)) },
  "{ ingressFrom: [app('storefront')] }",
)

export interface EmitNetworkPolicyProps extends Network {
  /** One label: checkers of policies look for exactly one that matches. */
  readonly podLabel: Readonly<Record<string, string>>
  /** Ports that the app listens on. */
  readonly ports: readonly number[]
}

/** Denies every connection that is not named. */
export function emitNetworkPolicy(
  scope: Construct,
  context: WorkloadContext,
  props: EmitNetworkPolicyProps,
): EmittedObject<INetworkPolicy> {
  const ingress = (props.ingressFrom ?? []).map((peer) => ingressRule(peer, props.ports))
  return new EmittedObject<INetworkPolicy>(scope, 'NetworkPolicy', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: context.metadata(context.app),
    spec: {
      podSelector: { matchLabels: props.podLabel },
      policyTypes: ['Ingress', 'Egress'],
      // Nobody may come in: absent says so too, and an empty list is another update at every apply.
      ingress: ingress.length === 0 ? undefined : ingress,
      egress: [DNS, ...(props.egressTo ?? []).map(egressRule)],
    },
  })
}

/** UDP and TCP: answers that do not fit a datagram come over TCP. Any resolver, node-local ones too. */
const DNS = {
  ports: [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ],
} as const satisfies Written<IIoK8sApiNetworkingV1NetworkPolicyEgressRule>

const tcp = (ports: readonly number[]) =>
  ports.length === 0 ? undefined : ports.map((port) => ({ port, protocol: 'TCP' as const }))

const ingressRule = (
  { peer, ports }: Peer,
  own: readonly number[],
): Written<IIoK8sApiNetworkingV1NetworkPolicyIngressRule> => ({
  from: peer === undefined ? undefined : [peer],
  ports: tcp(ports.length === 0 ? own : ports),
})

const egressRule = ({
  peer,
  ports,
}: Peer): Written<IIoK8sApiNetworkingV1NetworkPolicyEgressRule> => ({
  to: peer === undefined ? undefined : [peer],
  ports: tcp(ports),
})
