import type { Gates } from './engine-gates.ts'

export interface FlaggerProps {
  /**
   * Prometheus as Flagger reaches it, for metrics made by `query`.
   *
   * @default - none
   */
  readonly prometheus?: string

  /**
   * Where Flagger asks whether it may go on. It then keeps freeze windows, approvals and `STOP`.
   *
   * @default - nowhere
   */
  readonly gates?: FlaggerGates
}

export interface FlaggerGates extends Gates {
  /**
   * What Flagger proves by that it is Flagger. It can only say it openly, so write a variable that
   * Flux fills in from a Secret, as `'${FLAGGER_TOKEN}'`: what is written here is in Git.
   *
   * @default - none
   */
  readonly token?: string
}
