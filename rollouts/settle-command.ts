/**
 * The command that ends what an abort in the cluster has left there, as it can be pasted.
 *
 * @param app `<namespace>/<app>`
 */
export const settleCommand = (app: string, environment: string): string =>
  `lockstep rollout settle ${app} --env ${environment}`
