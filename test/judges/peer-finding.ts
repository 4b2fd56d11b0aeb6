/** What a judge holds against one object. */
export interface PeerFinding {
  /** The judge's own name of what is wrong: `container-image-pull-policy`. */
  readonly check: string
  /** `Deployment shop/checkout`. */
  readonly object: string
}
