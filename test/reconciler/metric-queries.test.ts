import { describe, expect, it } from 'vitest'
import {
  type MetricSource,
  REFUSED_SOURCES,
  requestSeries,
} from '../../reconciler/metric-queries.ts'
import { selector } from '../../reconciler/promql.ts'
import type { MeasuredTrack } from '../../rollouts/metrics.ts'

const stable: MeasuredTrack = {
  namespace: 'shop',
  app: 'checkout',
  track: 'stable',
  deployment: 'checkout',
  service: 'checkout-stable',
}

const requestsOf = (source: MetricSource, track = stable): string => {
  const { requests, matchers } = requestSeries(source, track)
  return selector(requests, matchers)
}

describe('ready-made queries', () => {
  it.each<[MetricSource, string]>([
    [
      { type: 'istio' },
      'istio_requests_total{reporter="destination",destination_workload_namespace="shop",destination_workload="checkout"}',
    ],
    [
      { type: 'istio', reporter: 'waypoint' },
      'istio_requests_total{reporter="waypoint",destination_workload_namespace="shop",destination_workload="checkout"}',
    ],
    [
      { type: 'linkerd' },
      'response_total{namespace="shop",deployment="checkout",direction="inbound",route_name!="probe"}',
    ],
    [
      { type: 'traefik' },
      'traefik_service_requests_total{service=~"(.+-svc-)?shop-checkout-stable-(http-)?[0-9]+@kubernetesgateway"}',
    ],
    [
      { type: 'contour' },
      'envoy_cluster_upstream_rq{envoy_cluster_name=~"shop_checkout-stable_[0-9]+"}',
    ],
  ])('of %j', (source, query) => {
    expect(requestsOf(source)).toBe(query)
  })

  it('of the app take the names that it uses', () => {
    const source: MetricSource = {
      type: 'app',
      requests: 'http_server_requests_total',
      durations: 'http_server_duration_milliseconds',
      namespaceLabel: 'kubernetes_namespace',
      podLabel: 'kubernetes_pod',
      statusLabel: 'http_status',
    }
    const series = requestSeries(source, stable)
    expect(requestsOf(source)).toMatch(
      /^http_server_requests_total\{kubernetes_namespace="shop",kubernetes_pod=~"checkout-\[/,
    )
    expect(series).toMatchObject({ outcomeLabels: ['http_status'], unitMs: 1 })
    expect(requestSeries({ type: 'app' }, stable).unitMs).toBe(1000)
  })

  it('of the app tell the pods of one track from all others', () => {
    const podsOf = (deployment: string): RegExp => {
      const { matchers } = requestSeries({ type: 'app' }, { ...stable, deployment })
      return new RegExp(`^(?:${matchers.find(({ label }) => label === 'pod')?.value})$`)
    }
    const pods = {
      checkout: 'checkout-7d9f8c6b5-x2k4z',
      'checkout-canary': 'checkout-canary-58c9f7d6bb-qwrtz',
    }
    expect(podsOf('checkout').test(pods.checkout)).toBe(true)
    expect(podsOf('checkout').test(pods['checkout-canary'])).toBe(false)
    expect(podsOf('checkout-canary').test(pods['checkout-canary'])).toBe(true)
    expect(podsOf('checkout-canary').test(pods.checkout)).toBe(false)
    for (const other of ['checkout-agent-x2k4z', 'checkout-0', 'other-checkout-7d9f8c6b5-x2k4z']) {
      expect(podsOf('checkout').test(other), other).toBe(false)
    }
  })

  it.each([
    ['shop-checkout-stable-8080', true],
    ['shop-checkout-stable-http-8080', true],
    [
      'httproute-shop-checkout-gw-infra-public-ep-web-0-799bcbf0c2317c5d1c93-svc-shop-checkout-stable-0',
      true,
    ],
    [
      'httproute-shop-checkout-gw-infra-public-ep-web-0-799bcbf0c2317c5d1c93-svc-shop-checkout-canary-1',
      false,
    ],
    ['httproute-shop-checkout-stable-gw-infra-public-ep-web-0-799bcbf0c2317c5d1c93-wrr', false],
    ['shop-checkout-canary-8080', false],
    ['workshop-checkout-stable-8080', false],
  ])('of Traefik know a service by all names that it has had: %s', (name, isOurs) => {
    const [matcher] = requestSeries({ type: 'traefik' }, stable).matchers
    expect(new RegExp(`^(?:${matcher?.value})$`).test(`${name}@kubernetesgateway`)).toBe(isOurs)
  })

  it.each([
    [{ code: '200' }, false],
    [{ code: '404' }, false],
    [{ status: '500' }, true],
    [{ status_code: '5xx' }, true],
    [{ code: '', status: '503' }, true],
  ])('of the app take %j for a failure: %s', (labels, isFailure) => {
    expect(requestSeries({ type: 'app' }, stable).isFailure(labels)).toBe(isFailure)
  })

  it('of meshes know their own words', () => {
    const linkerd = requestSeries({ type: 'linkerd' }, stable)
    expect(linkerd.isFailure({ classification: 'failure' })).toBe(true)
    expect(linkerd.isFailure({ classification: 'success' })).toBe(false)
    // The caller went away before there was an answer.
    const istio = requestSeries({ type: 'istio' }, stable)
    expect(istio.isFailure({ response_code: '0' })).toBe(false)
    expect(istio.isFailure({ response_code: '503' })).toBe(true)
  })

  it('are not there for gateways that count both tracks as one', () => {
    expect(Object.keys(REFUSED_SOURCES)).toEqual(['envoy-gateway', 'nginx-gateway-fabric'])
  })
})
