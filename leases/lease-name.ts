/** A Lease, by where it is. Stores without namespaces keep them apart all the same. */
export interface LeaseName {
  readonly namespace: string
  readonly name: string
}

/** `shop/ledger`, for people and as a key. */
export const describeLease = ({ namespace, name }: LeaseName): string => `${namespace}/${name}`
