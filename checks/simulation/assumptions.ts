/** What the simulation takes for granted about a cluster that it cannot see. Printed with its result. */
export interface Assumptions {
  /** @default 3 */
  readonly zones: number
  /** Nodes in each zone that can take the pods. @default 2 */
  readonly nodesPerZone: number
  /** Seconds until a new pod has a node and its images. @default 10 */
  readonly schedulingSeconds: number
  /**
   * Seconds without a sign of life until a node counts as lost: `--node-monitor-grace-period`.
   *
   * @default 50 - as since Kubernetes 1.32; 40 before
   */
  readonly nodeMonitorGraceSeconds: number
  /**
   * Seconds that the drain of one node may take. Managed node groups of EKS give up after 15 minutes.
   *
   * @default 900
   */
  readonly drainLimitSeconds: number
}

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  zones: 3,
  nodesPerZone: 2,
  schedulingSeconds: 10,
  nodeMonitorGraceSeconds: 50,
  drainLimitSeconds: 900,
}
