/**
 * A Kubernetes object as a construct writes it down: like its type, but a field may be given as
 * `undefined`, which leaves it out. Optional parts of a manifest then need no branches.
 */
export type Written<T> = T extends readonly (infer Item)[]
  ? readonly Written<Item>[]
  : T extends object
    ? {
        readonly [Key in keyof T]: Written<T[Key]> | (undefined extends T[Key] ? undefined : never)
      }
    : T
