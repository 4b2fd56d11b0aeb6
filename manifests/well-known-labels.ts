/** Kubernetes' recommended labels, as far as Lockstep selects by them. */
export const NAME_LABEL = 'app.kubernetes.io/name'

/** Tells the workloads of one app apart; with Lockstep, the name of the workload. */
export const INSTANCE_LABEL = 'app.kubernetes.io/instance'
