import type { FreezeWindow } from './freeze-window.ts'
import { PLAN_API_VERSION } from './plan.ts'

export const GATES_KIND = 'ReleaseGates'

/**
 * What stands against the releases of an app that somebody else drives, and asks us whether they may go
 * on. It is all that such an app has on the branch in place of a plan.
 */
export interface ReleaseGates {
  readonly apiVersion: typeof PLAN_API_VERSION
  readonly kind: typeof GATES_KIND
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: { readonly freezeWindows: readonly FreezeWindow[] }
}

/** The gates of an app, by what they say. */
export const releaseGates = (
  metadata: ReleaseGates['metadata'],
  spec: ReleaseGates['spec'],
): ReleaseGates => ({ apiVersion: PLAN_API_VERSION, kind: GATES_KIND, metadata, spec })
