import type { Construct } from 'constructs'
import type { IService } from 'kubernetes-models/v1'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { TRACKS_ANNOTATION, type TrackName } from '../manifests/tracks.ts'
import { canaryName, canarySelector, stableServiceName } from '../rollouts/canary-track.ts'
import { isShareable } from '../rollouts/route-share.ts'
import { type Emittable, EmittedObject } from './emitted-object.ts'
import { NAME_LABEL } from './labels.ts'
import { emitService, SERVICE_PORT } from './service.ts'
import type { Traffic } from './traffic.ts'
import type { WorkloadContext } from './workload-context.ts'
import { writeRoute } from './write-route.ts'

/** The ways in of an app with two tracks. */
export interface CanaryTraffic {
  readonly service: EmittedObject<IService>
  readonly stableService: EmittedObject<IService>
  readonly canaryService: EmittedObject<IService>
  readonly route: EmittedObject<Emittable> | undefined
}

export interface EmitCanaryTrafficProps {
  readonly traffic: Traffic | undefined
  /** @default - the main port, by name */
  readonly targetPort?: number
}

/**
 * Each Service says which tracks it means to select, so that a check can compare that with what it
 * does select. Without a router the one that callers use has to select both: its endpoints are then
 * what splits the requests.
 */
export function emitCanaryTraffic(
  scope: Construct,
  context: WorkloadContext,
  { traffic, ...port }: EmitCanaryTrafficProps,
): CanaryTraffic {
  const { app, selector } = context
  const emit = (
    id: string,
    name: string,
    tracks: readonly TrackName[],
    labels: Readonly<Record<string, string>>,
  ) =>
    emitService(scope, context, {
      id,
      name,
      selector: { ...labels },
      annotations: { [TRACKS_ANNOTATION]: tracks.join() },
      ...port,
    })
  return {
    service:
      traffic === undefined
        ? emit('Service', app, ['stable', 'canary'], { [NAME_LABEL]: app })
        : emit('Service', app, ['stable'], selector),
    stableService: emit('StableService', stableServiceName(app), ['stable'], selector),
    canaryService: emit('CanaryService', canaryName(app), ['canary'], canarySelector(app)),
    route: traffic === undefined ? undefined : emitRoute(scope, context, traffic),
  }
}

function emitRoute(
  scope: Construct,
  context: WorkloadContext,
  traffic: Traffic,
): EmittedObject<Emittable> | undefined {
  const { app: name, mistakes } = context
  // A router without weights is reported with the plan; both backends would only be a second mistake.
  const backends = traffic.capabilities.weights
    ? [
        { service: stableServiceName(name), port: SERVICE_PORT, weight: 100 },
        { service: canaryName(name), port: SERVICE_PORT, weight: 0 },
      ]
    : [{ service: name, port: SERVICE_PORT }]
  const route = writeRoute(traffic, context, backends)
  if (route === undefined) return undefined
  if (traffic.capabilities.weights && !isShareable(route as unknown as KubernetesObject)) {
    mistakes.add({
      option: 'traffic',
      value: traffic.router,
      problem: `makes ${route.kind} objects, whose weights no release knows how to set`,
      remedy: 'Use gatewayApi({ … }), or leave `traffic` out to split by the number of pods',
    })
  }
  return new EmittedObject(scope, 'Route', route)
}
