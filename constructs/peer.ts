import type { IIoK8sApiNetworkingV1NetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { givenOptions } from './given-options.ts'
import { NAME_LABEL } from './labels.ts'
import { type Shape, shape } from './shape.ts'
import type { Written } from './written.ts'

/** Who may be talked to, or may talk to an app. Made by the functions of this file. */
export interface Peer {
  /** As a NetworkPolicy selects it; `undefined` is anybody. */
  readonly peer: Written<IIoK8sApiNetworkingV1NetworkPolicyPeer> | undefined
  /** TCP ports; all if there are none. */
  readonly ports: readonly number[]
}

export const PEER: Shape<Peer> = shape({
  expected:
    'made by app(), namespace(), cidr(), apiServer() or anyone(), with a name and ports from 1 to 65535',
  example: (value) => (typeof value === 'string' ? `app('${value}')` : "app('storefront')"),
  is: isPeer,
})

export function isPeer(value: unknown): boolean {
  return (
    isRecord(value) &&
    'peer' in value &&
    (value.peer === undefined || isNamed(value.peer)) &&
    Array.isArray(value.ports) &&
    value.ports.every((port) => Number.isInteger(port) && port >= 1 && port <= 65_535)
  )
}

/** Without the name that it should have a selector would mean everybody. */
const isNamed = (peer: unknown): boolean =>
  isRecord(peer) &&
  Object.keys(peer).length > 0 &&
  Object.entries(peer).every(([kind, value]) =>
    kind === 'ipBlock' ? isRecord(value) && isFilled(value.cidr) : isSelector(value),
  )

function isSelector(selector: unknown): boolean {
  if (!isRecord(selector)) return false
  const { matchLabels, matchExpressions } = selector
  if (matchLabels === undefined) return Array.isArray(matchExpressions)
  return isRecord(matchLabels) && Object.values(matchLabels).every(isFilled)
}

const isFilled = (value: unknown): boolean => typeof value === 'string' && value !== ''

const NAMESPACE_NAME = 'kubernetes.io/metadata.name'

/**
 * All pods of an app, canaries included.
 *
 * @param options.namespace where it runs; the namespace of whoever asks unless given
 */
export const app = (
  name: string,
  options: { readonly namespace?: string; readonly ports?: readonly number[] } = {},
): Peer => {
  const { namespace: other, ports = [] } = givenOptions(options)
  return {
    peer: {
      podSelector: { matchLabels: { [NAME_LABEL]: name } },
      ...(other !== undefined && {
        namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: other } },
      }),
    },
    ports,
  }
}

/** All pods of a namespace: an ingress controller, a monitoring stack. */
export const namespace = (
  name: string,
  options: { readonly ports?: readonly number[] } = {},
): Peer => ({
  peer: { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: name } } },
  ports: givenOptions(options).ports ?? [],
})

/** Addresses outside of the cluster, or of its nodes: `203.0.113.0/24`. */
export const cidr = (
  range: string,
  options: { readonly ports?: readonly number[] } = {},
): Peer => ({
  peer: { ipBlock: { cidr: range } },
  ports: givenOptions(options).ports ?? [],
})

/** Anybody, anywhere. */
export const anyone = (options: { readonly ports?: readonly number[] } = {}): Peer => ({
  peer: undefined,
  ports: givenOptions(options).ports ?? [],
})

/**
 * The API server. It is no pod, so no selector reaches it: name its address range, or any address
 * on its port.
 */
export const apiServer = (range = '0.0.0.0/0'): Peer => cidr(range, { ports: [443, 6443] })
