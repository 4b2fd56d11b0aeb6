import { diffPlan } from '../gitops/diff.ts'
import type { PublishPlan } from '../gitops/publish-plan.ts'

/** A plan for programs. Fields are added over time, and never taken away or given a new meaning. */
export const planJson = (plan: PublishPlan): Readonly<Record<string, unknown>> => ({
  environment: plan.environment,
  upToDate: isUpToDate(plan),
  apps: plan.apps,
  objects: diffPlan(plan),
  files: plan.changes.map(({ path, write }) => ({
    path,
    action: write === undefined ? 'delete' : 'write',
  })),
  drift: plan.drift,
  heldBack: plan.heldBack,
  rollouts: plan.rollouts.map(({ app, message, trailers }) => ({ app, message, ...trailers })),
  stops: plan.stops,
  warnings: plan.warnings,
})

/** Whether the branch has exactly what publish would write now. */
export const isUpToDate = ({ changes, drift, stops }: PublishPlan): boolean =>
  changes.length === 0 && drift.length === 0 && stops.length === 0
