import type { IIoK8sApiNetworkingV1NetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer'
import { NAME_LABEL } from './labels.ts'
import type { Written } from './written.ts'

/** Who may be talked to, or may talk to an app. Made by the functions of this file. */
export interface Peer {
  readonly peer: Written<IIoK8sApiNetworkingV1NetworkPolicyPeer> | undefined
  /** TCP ports; all if there are none. */
  readonly ports: readonly number[]
}

const NAMESPACE_NAME = 'kubernetes.io/metadata.name'

/**
 * All pods of an app, canaries included.
 *
 * @param options.namespace where it runs; the namespace of whoever asks unless given
 */
export const app = (
  name: string,
  options: { readonly namespace?: string; readonly ports?: readonly number[] } = {},
): Peer => ({
  peer: {
    podSelector: { matchLabels: { [NAME_LABEL]: name } },
    namespaceSelector:
      options.namespace === undefined
        ? undefined
        : { matchLabels: { [NAMESPACE_NAME]: options.namespace } },
  },
  ports: options.ports ?? [],
})

/** All pods of a namespace: an ingress controller, a monitoring stack. */
export const namespace = (
  name: string,
  options: { readonly ports?: readonly number[] } = {},
): Peer => ({
  peer: { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: name } } },
  ports: options.ports ?? [],
})

/** Addresses outside of the cluster, or of its nodes: `203.0.113.0/24`. */
export const cidr = (
  range: string,
  options: { readonly ports?: readonly number[] } = {},
): Peer => ({
  peer: { ipBlock: { cidr: range } },
  ports: options.ports ?? [],
})

/** Anybody, anywhere. */
export const anyone = (options: { readonly ports?: readonly number[] } = {}): Peer => ({
  peer: undefined,
  ports: options.ports ?? [],
})

/**
 * The API server. It is no pod, so no selector reaches it: name its address range, or any address
 * on its port.
 */
export const apiServer = (range = '0.0.0.0/0'): Peer => cidr(range, { ports: [443, 6443] })
