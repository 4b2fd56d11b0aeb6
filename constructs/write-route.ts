import { isRecord } from '../manifests/kubernetes-object.ts'
import type { Emittable } from './emitted-object.ts'
import type { RouteProps, Traffic } from './traffic.ts'
import type { Written } from './written.ts'

/**
 * The object that routes to an app.
 *
 * @returns `undefined`, once that is reported, if a router of the user's own made none
 */
export function writeRoute(
  traffic: Traffic,
  context: RouteProps['context'],
  backends: RouteProps['backends'],
): Written<Emittable> | undefined {
  const route: unknown = traffic.route({ context, name: context.app, backends })
  if (isRecord(route) && typeof route.kind === 'string' && isRecord(route.metadata)) {
    return route as unknown as Written<Emittable>
  }
  context.mistakes.add({
    option: 'traffic.route',
    value: route,
    problem: 'must return the object that routes',
    remedy: 'Return an object with apiVersion, kind, metadata and spec, or use gatewayApi({ … })',
  })
  return undefined
}
