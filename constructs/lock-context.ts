import type { Construct } from 'constructs'
import { objectLabels } from './labels.ts'
import type { Mistakes } from './mistakes.ts'
import { readId } from './place.ts'
import { speakForChildren } from './source-location.ts'
import { homeOf, type WorkloadContext } from './workload-context.ts'

/** What the parts of a lock need to know of it. That of an app has all of it too. */
export type LockContext = Pick<
  WorkloadContext,
  'scope' | 'app' | 'namespace' | 'targetVersion' | 'metadata' | 'mistakes'
>

/** Called first by every lock's constructor, once its options are read. */
export function lockContext(construct: Construct, mistakes: Mistakes): LockContext {
  speakForChildren(construct)
  const app = readId(construct, { example: 'ledger' }, mistakes)
  const { scope, namespace } = homeOf(construct, mistakes)
  const labels = objectLabels({
    app,
    instance: app,
    partOf: namespace.name,
    owner: namespace.owner,
    environment: namespace.environment.name,
  })
  return {
    scope,
    app,
    namespace: namespace.name,
    targetVersion: namespace.environment.targetVersion,
    metadata: (name, annotations = {}) => ({
      name,
      labels,
      annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
    }),
    mistakes,
  }
}
