import type { IConstruct } from 'constructs'
import type { Origin } from '../manifests/origin.ts'
import { sourceOf } from './source-location.ts'

/** Where in the tree and in the user's code a construct is. */
export const originOf = (construct: IConstruct): Origin => ({
  constructPath: construct.node.path,
  ...sourceOf(construct),
})

/** Adds the origin as a getter: it costs a stack trace, and most are never asked for. */
export function withOrigin<T extends object>(
  value: T,
  construct: IConstruct,
): T & { readonly origin: Origin } {
  return Object.defineProperty(value, 'origin', {
    enumerable: true,
    get: () => originOf(construct),
  }) as T & { readonly origin: Origin }
}
