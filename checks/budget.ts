import { fields } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { DisruptionBudget } from '../manifests/rounding.ts'
import { isIntOrPercent } from './update-strategy.ts'

/** The budget that a PodDisruptionBudget states; `undefined` if it states none or cannot be read. */
export function budgetOf(pdb: KubernetesObject): DisruptionBudget | undefined {
  const { minAvailable, maxUnavailable } = fields(pdb.spec)
  if (isIntOrPercent(minAvailable)) return { minAvailable }
  return isIntOrPercent(maxUnavailable) ? { maxUnavailable } : undefined
}
