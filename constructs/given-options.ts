import { isRecord } from '../manifests/kubernetes-object.ts'

/**
 * The argument of a function that only makes an option, or none of it if it is no object. It is for
 * the construct that gets the option to report what is missing, with all its other mistakes.
 */
export const givenOptions = <T extends object>(given: T): Partial<T> =>
  isRecord(given) ? given : {}
