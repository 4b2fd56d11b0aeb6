import { canarySelector } from '../rollouts/canary-track.ts'
import type { Adoption } from './adoption.ts'
import { NAME_LABEL } from './labels.ts'
import type { WorkloadContext } from './workload-context.ts'

/** Reports a running Deployment beside which no canary can stand. */
export function checkCanaryAdoption(
  adopt: Adoption | undefined,
  { app, mistakes }: WorkloadContext,
): void {
  if (adopt === undefined) return
  const canary = canarySelector(app)
  // The canary's pods have these two labels at least, and none of the others that stable selects by.
  if (Object.entries(adopt.selector).every(([key, value]) => canary[key] === value)) {
    mistakes.add({
      option: 'adopt.selector',
      value: adopt.selector,
      problem: "would select the canary's pods too, and a selector cannot be changed",
      remedy: 'Adopt it as a HighlyAvailableDeployment, or under another id',
    })
  }
  if (adopt.template !== undefined && adopt.template.metadata?.labels?.[NAME_LABEL] !== app) {
    mistakes.add({
      option: 'adopt.template',
      problem: `has no label ${NAME_LABEL}=${app}, by which both tracks are found`,
      remedy: 'Leave `template` out: the pods get the label by one rolling update',
    })
  }
}
