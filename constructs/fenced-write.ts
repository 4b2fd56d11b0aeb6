import { FENCING_ANNOTATIONS } from '../leases/names.ts'
import { annotationOf, celText, type TokenProps } from './fencing-cel.ts'
import type { SharedWriter } from './shared-writer.ts'

/*
 * What both rules of a fence say of a write: what it is about, who sends it, and by which token.
 */

const { token: TOKEN, epoch: EPOCH, write: WRITE } = FENCING_ANNOTATIONS

/** Every field of `these` but metadata and status is in `those`, the same. */
const sameFields = (these: string, those: string): string =>
  `dyn(${these}).all(key, key in ['metadata', 'status'] || dyn(${those})[?key] == optional.of(dyn(${these})[key]))`

/**
 * Whatever leaves content, labels and token alone passes without one: controllers write status,
 * annotations, finalizers and owners, and would be stuck (K45).
 */
export const CHANGES_WHAT_IS_FENCED = {
  name: 'changes-what-is-fenced',
  expression: `request.operation != 'UPDATE' || !(${[
    sameFields('object', 'oldObject'),
    sameFields('oldObject', 'object'),
    'object.metadata.?labels == oldObject.metadata.?labels',
    ...[TOKEN, EPOCH, WRITE].map(
      (annotation) =>
        `${annotationOf('object', annotation)} == ${annotationOf('oldObject', annotation)}`,
    ),
  ].join(' && ')})`,
}

/** The variable `isShared`: whether the user need not hold the lock. */
export const isShared = (sharedWith: readonly SharedWriter[]) => ({
  name: 'isShared',
  expression: `request.userInfo.username in [${sharedWith.map(({ user }) => celText(user)).join(', ')}]`,
})

/** The token in the annotations of an object. */
export const annotatedToken = (object: string): TokenProps => ({
  number: annotationOf(object, TOKEN),
  epoch: annotationOf(object, EPOCH),
})
