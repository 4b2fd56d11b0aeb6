import type { MeasuredTrack } from '../rollouts/metrics.ts'
import { MetricsError } from '../rollouts/metrics-error.ts'
import { literal, type Matcher } from './promql.ts'

/** Who counts the requests. Each tells the two tracks apart by what it has in its labels. */
export type MetricSource = AppSource | IstioSource | LinkerdSource | TraefikSource | ContourSource

/** The app itself: a counter by HTTP status, and a classic histogram of durations. */
export interface AppSource {
  readonly type: 'app'
  /** @default 'http_requests_total' */
  readonly requests?: string
  /**
   * Histogram, without `_bucket`. In seconds, or in milliseconds if its name says so.
   *
   * @default 'http_request_duration_seconds'
   */
  readonly durations?: string
  /** Label with the HTTP status. @default - the one that there is of code, status, status_code */
  readonly statusLabel?: string
  /** Label with the namespace of the pod. @default 'namespace' */
  readonly namespaceLabel?: string
  /** Label with the name of the pod. @default 'pod' */
  readonly podLabel?: string
}

/** The proxies of Istio, or its gateways. */
export interface IstioSource {
  readonly type: 'istio'
  /**
   * Whose count: the callee's proxy; the caller's, which also counts what never arrived; or the
   * waypoint's of ambient mode.
   *
   * @default 'destination'
   */
  readonly reporter?: 'destination' | 'source' | 'waypoint'
}

/** The proxies of Linkerd. */
export interface LinkerdSource {
  readonly type: 'linkerd'
}

/** Traefik as a gateway: it counts for each backend of a route. */
export interface TraefikSource {
  readonly type: 'traefik'
  /** `exported_service` where the scrape has a label of that name too. @default 'service' */
  readonly serviceLabel?: string
}

/** Contour as a gateway: one cluster of Envoy for each Service and port. */
export interface ContourSource {
  readonly type: 'contour'
}

/**
 * Gateways whose counts cannot be used, and why. With them the source is the app or a mesh; that
 * the two tracks are mixed up would show only in a bad release that passes.
 */
export const REFUSED_SOURCES: Readonly<Record<string, string>> = {
  'envoy-gateway':
    'Envoy Gateway makes one cluster of all backends of a rule (envoyproxy/gateway#6742, #7017), so its counts are of both tracks',
  'nginx-gateway-fabric':
    'NGINX Gateway Fabric counts requests of the whole gateway; by backend only NGINX Plus does',
}

/** The series that hold the requests of one track. */
export interface RequestSeries {
  readonly requests: string
  /** Labels that say how a request ended. */
  readonly outcomeLabels: readonly string[]
  /** @throws {MetricsError} if the labels do not say */
  readonly isFailure: (labels: Labels) => boolean
  /** Histogram, without `_bucket`. */
  readonly durations: string
  /** Length of what the histogram counts in, in milliseconds. */
  readonly unitMs: number
  readonly matchers: readonly Matcher[]
}

type Labels = Readonly<Record<string, string>>

export function requestSeries(source: MetricSource, track: MeasuredTrack): RequestSeries {
  switch (source.type) {
    case 'app':
      return appSeries(source, track)
    case 'istio':
      return istioSeries(source, track)
    case 'linkerd':
      return linkerdSeries(track)
    case 'traefik':
      return traefikSeries(source, track)
    case 'contour':
      return contourSeries(track)
  }
}

/**
 * What the names of a Deployment's pods end in: hashes of letters that make no words. So `checkout`
 * does not catch the pods of `checkout-canary`, nor those of a DaemonSet `checkout-agent`.
 */
const POD_SUFFIX = '-[bcdfghjklmnpqrstvwxz2456789]{1,10}-[bcdfghjklmnpqrstvwxz2456789]{5}'

function appSeries(source: AppSource, { namespace, deployment }: MeasuredTrack): RequestSeries {
  const requests = source.requests ?? 'http_requests_total'
  const durations = source.durations ?? 'http_request_duration_seconds'
  const statusLabels = source.statusLabel ? [source.statusLabel] : ['code', 'status', 'status_code']
  return {
    requests,
    ...byStatus(requests, statusLabels),
    durations,
    unitMs: /_(ms|milliseconds)$/.test(durations) ? 1 : 1000,
    matchers: [
      equal(source.namespaceLabel ?? 'namespace', namespace),
      matching(source.podLabel ?? 'pod', literal(deployment) + POD_SUFFIX),
    ],
  }
}

function istioSeries(
  { reporter = 'destination' }: IstioSource,
  { namespace, deployment }: MeasuredTrack,
): RequestSeries {
  return {
    requests: 'istio_requests_total',
    ...byStatus('istio_requests_total', ['response_code']),
    durations: 'istio_request_duration_milliseconds',
    unitMs: 1,
    matchers: [
      equal('reporter', reporter),
      equal('destination_workload_namespace', namespace),
      equal('destination_workload', deployment),
    ],
  }
}

const linkerdSeries = ({ namespace, deployment }: MeasuredTrack): RequestSeries => ({
  requests: 'response_total',
  outcomeLabels: ['classification'],
  isFailure: ({ classification }) => classification === 'failure',
  durations: 'response_latency_ms',
  unitMs: 1,
  matchers: [
    equal('namespace', namespace),
    equal('deployment', deployment),
    equal('direction', 'inbound'),
    { label: 'route_name', operator: '!=', value: 'probe' },
  ],
})

/**
 * Its provider for Gateway API names the service of a backend `<namespace>-<name>-<port>`, since v3.4
 * with `http-` before the port, and since v3.6.25 and v3.7.6 after the rule as well:
 * `<rule>-svc-<namespace>-<name>-<index>`.
 */
const traefikSeries = (
  { serviceLabel = 'service' }: TraefikSource,
  { namespace, service }: MeasuredTrack,
): RequestSeries => ({
  requests: 'traefik_service_requests_total',
  ...byStatus('traefik_service_requests_total', ['code']),
  durations: 'traefik_service_request_duration_seconds',
  unitMs: 1000,
  matchers: [
    matching(
      serviceLabel,
      `(.+-svc-)?${literal(`${namespace}-${service}`)}-(http-)?[0-9]+@kubernetesgateway`,
    ),
  ],
})

/** It names a cluster `<namespace>_<service>_<port>`. */
const contourSeries = ({ namespace, service }: MeasuredTrack): RequestSeries => ({
  requests: 'envoy_cluster_upstream_rq',
  ...byStatus('envoy_cluster_upstream_rq', ['envoy_response_code']),
  durations: 'envoy_cluster_upstream_rq_time',
  unitMs: 1,
  matchers: [matching('envoy_cluster_name', `${literal(`${namespace}_${service}`)}_[0-9]+`)],
})

const equal = (label: string, value: string): Matcher => ({ label, operator: '=', value })
const matching = (label: string, value: string): Matcher => ({ label, operator: '=~', value })

/** A status of HTTP, or a class of them; 0 where the caller has gone before there was one. */
const STATUS = /^(0|[1-5]\d\d|[1-5]xx)$/i

function byStatus(
  name: string,
  outcomeLabels: readonly string[],
): Pick<RequestSeries, 'outcomeLabels' | 'isFailure'> {
  const isFailure = (labels: Labels): boolean => {
    const status = outcomeLabels.map((label) => labels[label]).find(Boolean)
    if (status === undefined || !STATUS.test(status)) {
      const seen = status === undefined ? 'none' : JSON.stringify(status)
      throw new MetricsError(
        `${name} has ${seen} as HTTP status in its label ${outcomeLabels.join(', ')}; set the source's statusLabel`,
      )
    }
    return status.startsWith('5')
  }
  return { outcomeLabels, isFailure }
}
