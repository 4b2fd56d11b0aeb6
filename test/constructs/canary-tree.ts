import {
  App,
  CanaryRollout,
  type CanaryRolloutProps,
  Environment,
  type FreezeWindow,
  Namespace,
} from '../../constructs/index.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { routed } from './canary-fixtures.ts'

export const weekend = {
  schedule: '0 18 * * FRI',
  duration: 'P2DT14H',
  timeZone: 'Asia/Seoul',
  reason: 'weekend',
}

/** The whole tree of an environment with freeze windows. */
export function synthesisOf(
  change: (app: CanaryRollout) => unknown,
  props: Partial<CanaryRolloutProps> = {},
  freezeWindows: readonly FreezeWindow[] = [weekend],
) {
  const root = new App({ outdir: 'unused' })
  const environment = new Environment(root, 'prod', {
    owner: 'platform-team',
    images: {},
    freezeWindows,
  })
  const namespace = new Namespace(environment, 'shop')
  change(new CanaryRollout(namespace, 'checkout', { ...routed, ...props }))
  return synthesizeTree(root)
}
