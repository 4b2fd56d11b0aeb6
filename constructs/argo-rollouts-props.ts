import type { Gates } from './engine-gates.ts'

export interface ArgoRolloutsProps {
  /**
   * Prometheus as Argo Rollouts reaches it, for metrics made by `query`.
   *
   * @default - none
   */
  readonly prometheus?: string

  /**
   * Where Argo Rollouts asks whether it may go on. It then keeps freeze windows, approvals and `STOP`.
   *
   * @default - nowhere
   */
  readonly gates?: ArgoGates
}

export interface ArgoGates extends Gates {
  /**
   * Secret of the app's namespace whose key `token` it proves by that it is Argo Rollouts.
   *
   * @default - none
   */
  readonly tokenSecret?: string
}
