import type { Duration } from 'cdk8s'
import type { IIoK8sApiCoreV1Probe } from 'kubernetes-models/v1/Probe'
import { list } from './collection-shapes.ts'
import type { Mistakes } from './mistakes.ts'
import { optional, record, required } from './options.ts'
import { choice, type Shape, shape } from './shape.ts'
import { anyText, oneOf, PORT, text, wholeSeconds } from './value-shapes.ts'
import type { Written } from './written.ts'

/** How to ask a container. A plain string is the path of an HTTP GET on the container's port. */
export type ProbeTarget =
  | string
  | { readonly tcp: true; readonly port?: string | number }
  | { readonly grpc: string; readonly port: number }
  | { readonly exec: readonly string[] }
  | { readonly http: string; readonly port: string | number }

/** How Kubernetes learns how a container is. */
export interface Health {
  /**
   * Asked before traffic is sent here. Answers for this pod alone: if it fails when a database
   * does, all replicas leave at once and there is nobody left to say so.
   */
  readonly ready: ProbeTarget

  /**
   * Asked to find out whether a restart would help. It must not look at anything outside the
   * process, and cannot be the same as `ready`: a busy pod would be killed instead of relieved.
   * `'none'` for processes that exit by themselves when they are broken.
   */
  readonly live: ProbeTarget | 'none'

  /**
   * How long a start may take before the container is restarted. Until then nothing else is asked.
   *
   * @default Duration.minutes(2)
   */
  readonly startsWithin?: Duration
}

const PATH: Shape<ProbeTarget> = shape({
  expected: "a path as '/readyz', or an object with http, grpc, exec or tcp",
  example: "'/readyz'",
  is: (value) => typeof value === 'string' && value.startsWith('/'),
})

const PORT_OR_NAME: Shape<string | number> = choice<string | number>({
  expected: 'a port or the name of one',
  example: '8080',
  pick: (value) => (typeof value === 'string' ? text('http') : PORT),
})

const TARGETS: Readonly<Record<'http' | 'grpc' | 'exec' | 'tcp', Shape<ProbeTarget>>> = {
  http: record(
    { http: required(text('/readyz'), '/readyz'), port: required(PORT_OR_NAME, 8080) },
    "{ http: '/readyz', port: 8081 }",
  ),
  grpc: record(
    { grpc: required(anyText('ready'), ''), port: required(PORT, 8080) },
    "{ grpc: 'ready', port: 9090 }",
  ),
  exec: record(
    { exec: required(list(anyText('/bin/check')), ['true']) },
    "{ exec: ['/bin/check'] }",
  ),
  tcp: record<{ tcp: true; port?: string | number }>(
    { tcp: required(oneOf([true]), true), port: optional(PORT_OR_NAME) },
    '{ tcp: true }',
  ),
}

const TARGET: Shape<ProbeTarget> = choice<ProbeTarget>({
  ...PATH,
  pick: (value) => {
    if (typeof value !== 'object' || value === null) return PATH
    const kind = Object.keys(TARGETS).find((name) => name in value)
    return TARGETS[kind as keyof typeof TARGETS]
  },
})

export const HEALTH = record<Health>(
  {
    ready: required(TARGET, '/readyz'),
    live: required(
      choice<Health['live']>({
        expected: "a path as '/livez', an object with http, grpc, exec or tcp, or 'none'",
        example: "'/livez'",
        pick: (value) => (value === 'none' ? oneOf(['none']) : TARGET),
      }),
      'none',
    ),
    startsWithin: optional(wholeSeconds('Duration.minutes(2)')),
  },
  "{ ready: '/readyz', live: '/livez' }",
)

export const STAND_IN_HEALTH: Health = { ready: '/readyz', live: '/livez' }

export interface WrittenProbes {
  readonly startupProbe: Written<IIoK8sApiCoreV1Probe>
  readonly readinessProbe: Written<IIoK8sApiCoreV1Probe>
  readonly livenessProbe: Written<IIoK8sApiCoreV1Probe> | undefined
  /** How long a start may take, in seconds; other budgets are computed from it. */
  readonly startupSeconds: number
}

const DEFAULT_STARTUP_SECONDS = 120
const STARTUP_PERIOD_SECONDS = 5

/**
 * All five numbers are written out, since the API server's defaults (a time-out of one second among
 * them) suit few. Readiness is the quicker of the two to react: relieving a pod is cheap, killing
 * it is not.
 */
export function writeProbes(health: Health, mistakes: Mistakes): WrittenProbes {
  checkHealth(health, mistakes)
  const { ready, live, startsWithin } = health
  const startupSeconds = startsWithin?.toSeconds() ?? DEFAULT_STARTUP_SECONDS
  const startupFailures = Math.max(1, Math.ceil(startupSeconds / STARTUP_PERIOD_SECONDS))
  const startupTarget = live === 'none' ? ready : live
  return {
    startupProbe: probe(startupTarget, STARTUP_PERIOD_SECONDS, startupFailures),
    readinessProbe: probe(ready, 5, 2),
    livenessProbe: live === 'none' ? undefined : probe(live, 10, 3),
    startupSeconds: startupFailures * STARTUP_PERIOD_SECONDS,
  }
}

/** Reports a liveness that asks what readiness asks. */
function checkHealth({ ready, live }: Health, mistakes: Mistakes): void {
  if (live === 'none' || JSON.stringify(action(ready)) !== JSON.stringify(action(live))) return
  mistakes.add({
    option: 'health.live',
    value: live,
    problem: 'is the same as `health.ready`, so a busy pod would be killed instead of relieved',
    remedy: "Ask something that looks at the process alone, as '/livez', or write 'none'",
  })
}

function probe(
  target: ProbeTarget,
  periodSeconds: number,
  failureThreshold: number,
): Written<IIoK8sApiCoreV1Probe> {
  return {
    ...action(target),
    initialDelaySeconds: 0,
    periodSeconds,
    timeoutSeconds: 2,
    successThreshold: 1,
    failureThreshold,
  }
}

/** Name of the port that an app listens on. */
export const MAIN_PORT = 'http'

function action(target: ProbeTarget): Written<IIoK8sApiCoreV1Probe> {
  if (typeof target === 'string')
    return { httpGet: { path: target, port: MAIN_PORT, scheme: 'HTTP' } }
  if ('http' in target) return { httpGet: { path: target.http, port: target.port, scheme: 'HTTP' } }
  if ('grpc' in target) return { grpc: { port: target.port, service: target.grpc } }
  if ('exec' in target) return { exec: { command: target.exec } }
  return { tcpSocket: { port: target.port ?? MAIN_PORT } }
}
