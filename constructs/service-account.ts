import type { Construct } from 'constructs'
import type { IServiceAccount } from 'kubernetes-models/v1'
import { EmittedObject } from './emitted-object.ts'
import type { WorkloadContext } from './workload-context.ts'

/** An identity of its own for each app, without rights and without a token that anybody could use. */
export const emitServiceAccount = (
  scope: Construct,
  context: WorkloadContext,
): EmittedObject<IServiceAccount> =>
  new EmittedObject<IServiceAccount>(scope, 'ServiceAccount', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: context.metadata(context.app),
    automountServiceAccountToken: false,
  })
