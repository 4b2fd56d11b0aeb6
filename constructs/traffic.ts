import type { Duration } from 'cdk8s'
import { isRecord } from '../manifests/kubernetes-object.ts'
import type { Emittable } from './emitted-object.ts'
import { isPeer, type Peer } from './peer.ts'
import { type Shape, shape } from './shape.ts'
import { isDuration } from './value-shapes.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

/** A Service that a route sends to, and its share. */
export interface Backend {
  readonly service: string
  readonly port: number
  /**
   * Share of the requests, in percent.
   *
   * @default - the only backend, all of them
   */
  readonly weight?: number
}

export interface RouteProps {
  readonly context: WorkloadContext
  /** Name of the route. */
  readonly name: string
  readonly backends: readonly Backend[]
}

/**
 * A way for requests to reach an app from outside. One file for each: `gatewayApi`, `ingress`.
 * What it cannot do it says by its capabilities, and synth refuses steps that would need it.
 */
export interface Traffic {
  /** What people call it: `Gateway API`. */
  readonly router: string
  /** What steps of a release may ask of it. */
  readonly capabilities: TrafficCapabilities
  /**
   * How long some requests may still go by an older route once the router has said that it took the
   * new one.
   *
   * @default Duration.seconds(10)
   */
  readonly settle?: Duration
  /** Who must be let in for requests to arrive. */
  readonly ingressFrom: readonly Peer[]
  /** The object that routes, with these backends. */
  route(props: RouteProps): Written<Emittable>
}

export interface TrafficCapabilities {
  /** Whether it can send any whole percentage of the requests to one of two backends. */
  readonly weights: boolean
  /** Whether it can send requests with a certain header or cookie to one of two backends. */
  readonly matches: boolean
}

export const TRAFFIC: Shape<Traffic> = shape({
  expected: 'made by gatewayApi() or ingress()',
  example: "gatewayApi({ gateway: 'public', hostname: 'www.example.com' })",
  is: (value) =>
    isRecord(value) &&
    typeof value.router === 'string' &&
    isRecord(value.capabilities) &&
    typeof value.capabilities.weights === 'boolean' &&
    typeof value.capabilities.matches === 'boolean' &&
    (value.settle === undefined || isDuration(value.settle)) &&
    Array.isArray(value.ingressFrom) &&
    value.ingressFrom.every(isPeer) &&
    typeof value.route === 'function',
})
