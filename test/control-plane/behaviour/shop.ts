import { shopObjects } from '../../goldens/shop.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { type DeployedApps, deployApps } from './deployed-apps.ts'

/** Applies an environment of the shop. Resolves when all of its pods are ready. */
export async function deployShop(
  cluster: ClusterWithNodes,
  environment: string,
): Promise<DeployedApps> {
  return deployApps(cluster, (await shopObjects()).get(environment) ?? [])
}
