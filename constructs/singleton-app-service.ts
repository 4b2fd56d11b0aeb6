import type { Construct } from 'constructs'
import type { IService } from 'kubernetes-models/v1'
import type { EmittedObject } from './emitted-object.ts'
import { emitService } from './service.ts'
import type { SingletonServiceProps } from './singleton-service-props.ts'
import type { WorkloadContext } from './workload-context.ts'

/** The Service that callers use, named after the app; `undefined` for an app that does not listen. */
export function emitAppService(
  scope: Construct,
  context: WorkloadContext,
  { port, adopt }: SingletonServiceProps,
  selector: Readonly<Record<string, string>> = context.selector,
): EmittedObject<IService> | undefined {
  if (port === undefined) return undefined
  return emitService(scope, context, {
    id: 'Service',
    name: context.app,
    selector: { ...selector },
    ...(adopt !== undefined && { targetPort: port }),
  })
}
